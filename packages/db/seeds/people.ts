export interface SeedPerson {
  uuid: string
  handle: string
  displayName: string
  email: string
  bio: string
}

/** The four people of the demo data; the local stack gives each of them an account. */
export const people: SeedPerson[] = [
  {
    uuid: '5b0f5d5e-6a0c-4a53-9a9b-0d8e5f6c1a01',
    handle: 'andrewbrown',
    displayName: 'Andrew Brown',
    email: 'andrewbrown@example.com',
    bio: 'Builds clouds, breaks clouds, then writes down which was which.',
  },
  {
    uuid: 'c1f4a1de-3a5e-4a0f-8f0b-6d2b9f4e2b02',
    handle: 'altbrown',
    displayName: 'Alt Brown',
    email: 'altbrown@example.com',
    bio: 'The other Andrew. Same cruds, later at night.',
  },
  {
    uuid: '9e7d3c62-54c1-4d2e-b1a7-3f1c7a8d3c03',
    handle: 'bayko',
    displayName: 'Andrew Bayko',
    email: 'bayko@example.com',
    bio: 'I read the release notes so that you need not.',
  },
  {
    uuid: '2d6b8f90-7c1e-4f3b-a6d4-8b5e9c0f4d04',
    handle: 'londo',
    displayName: 'Londo Mollari',
    email: 'londo@example.com',
    bio: 'Ambassador, gambler, poster of things he regrets by morning.',
  },
]
