import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { stages } from '../../src/stages.ts'
import { Cruddur } from '../lib/cruddur.ts'

const app = new App()
for (const stage of stages) new Cruddur(app, stage)
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
