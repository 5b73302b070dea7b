/*
 * Every resolver class of the API, in one list: a class that is not here does not exist for clients.
 */
export const resolvers: Function[] = [];
