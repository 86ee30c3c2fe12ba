export interface SeedCrud {
  uuid: string
  by: string
  message: string
  /** How long before the seeding it was posted. */
  minutesAgo: number
  ttlHours: number
  replies?: { uuid: string; by: string; message: string; minutesAgo: number }[]
}

const day = 24

/** A home feed worth reading: a dozen cruds of different ages and lifetimes. */
export const cruds: SeedCrud[] = [
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e001',
    by: 'londo',
    message: 'This crud is gone in an hour. So, I am told, is my dignity.',
    minutesAgo: 4,
    ttlHours: 1,
  },
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e002',
    by: 'bayko',
    message: 'Postgres 18 has virtual generated columns. My weekend has plans now.',
    minutesAgo: 17,
    ttlHours: 12,
    replies: [
      {
        uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e102',
        by: 'andrewbrown',
        message: 'Your weekend had plans when 17 came out, too.',
        minutesAgo: 12,
      },
      {
        uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e202',
        by: 'bayko',
        message: 'And I kept them, @andrewbrown.',
        minutesAgo: 9,
      },
    ],
  },
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e003',
    by: 'andrewbrown',
    message: 'Opened port 5432 to exactly one address today. It felt like flossing.',
    minutesAgo: 42,
    ttlHours: 7 * day,
    replies: [
      {
        uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e103',
        by: 'altbrown',
        message: 'Which address?',
        minutesAgo: 40,
      },
      {
        uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e203',
        by: 'andrewbrown',
        message: 'Nice try.',
        minutesAgo: 39,
      },
    ],
  },
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e004',
    by: 'altbrown',
    message: 'Is it still a side project if the main project is waiting for it?',
    minutesAgo: 75,
    ttlHours: 3,
  },
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e005',
    by: 'londo',
    message: 'My shoes are too tight, and my connection pool is too small.',
    minutesAgo: 130,
    ttlHours: day,
    replies: [
      {
        uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e105',
        by: 'bayko',
        message: 'Only one of them is fixed by adding more.',
        minutesAgo: 121,
      },
    ],
  },
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e006',
    by: 'bayko',
    message: 'Read the release notes, found my own bug in “breaking changes”. Fame at last. 🎉',
    minutesAgo: 300,
    ttlHours: 3 * day,
  },
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e007',
    by: 'andrewbrown',
    message: 'A migration that cannot be run twice will be run twice.',
    minutesAgo: 520,
    ttlHours: 30 * day,
    replies: [
      {
        uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e107',
        by: 'londo',
        message: 'I have seen this happen. At 3 in the morning. On Centauri Prime.',
        minutesAgo: 500,
      },
    ],
  },
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e008',
    by: 'altbrown',
    message: 'Drew the architecture on a napkin. The napkin was clearer.',
    minutesAgo: 900,
    ttlHours: 3 * day,
  },
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e009',
    by: 'londo',
    message: 'There comes a time when you look into the mirror and see a YAML file.',
    minutesAgo: 1300,
    ttlHours: 7 * day,
  },
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e010',
    by: 'bayko',
    message: 'Deleted 400 lines. Tests still green. Deleted the tests to be sure. (I did not.)',
    minutesAgo: 2000,
    ttlHours: 7 * day,
  },
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e011',
    by: 'andrewbrown',
    message: 'The cloud is just somebody else’s on-call rota.',
    minutesAgo: 2900,
    ttlHours: 30 * day,
  },
  {
    uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e012',
    by: 'altbrown',
    message: 'Hello, Cruddur. This one stays for a month, so I tried to spell it right.',
    minutesAgo: 4000,
    ttlHours: 30 * day,
  },
]
