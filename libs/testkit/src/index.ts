export { createTestDatabase, type TestDatabase, type TestDatabaseOptions, type TestSchema } from './create-test-database.ts'
export { startTestServer, testConnection, testServer, type TestServer } from './test-server.ts'
