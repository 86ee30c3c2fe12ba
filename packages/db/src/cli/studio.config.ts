import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/schema/*.ts',
  dbCredentials: JSON.parse(process.env.STUDIO_CREDENTIALS ?? '{}'),
})
