export interface SeedMessage {
  uuid: string
  by: string
  to: string
  message: string
  /** How long before the seeding it was sent. */
  minutesAgo: number
}

/** A conversation for whoever signs in as andrewbrown. */
export const messages: SeedMessage[] = [
  {
    uuid: '7c1d9e52-3b0a-4f6e-9d21-5a8e4c7f2001',
    by: 'bayko',
    to: 'andrewbrown',
    message: 'Did you see that every new message used to open a new group?',
    minutesAgo: 95,
  },
  {
    uuid: '7c1d9e52-3b0a-4f6e-9d21-5a8e4c7f2002',
    by: 'andrewbrown',
    to: 'bayko',
    message: 'I did. I have forty groups with you. You answered in three of them.',
    minutesAgo: 93,
  },
  {
    uuid: '7c1d9e52-3b0a-4f6e-9d21-5a8e4c7f2003',
    by: 'bayko',
    to: 'andrewbrown',
    message: 'The other thirty-seven were read with interest.',
    minutesAgo: 92,
  },
  {
    uuid: '7c1d9e52-3b0a-4f6e-9d21-5a8e4c7f2004',
    by: 'andrewbrown',
    to: 'bayko',
    message: 'Now it is one, and a unique constraint says so.',
    minutesAgo: 20,
  },
  {
    uuid: '7c1d9e52-3b0a-4f6e-9d21-5a8e4c7f2005',
    by: 'bayko',
    to: 'andrewbrown',
    message: 'Finally, somebody in this conversation with principles.',
    minutesAgo: 18,
  },
]
