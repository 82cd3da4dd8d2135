export { deleteHistory, type HistoryOf } from './delete-history';
export { readDatabaseUrl, type DatabaseConnection } from './connection-url';
export { databaseTrouble } from './database-trouble';
export { databaseFault } from './database-fault';
export { DatabaseUnavailableError, openDatabase, type Database, type OpenDatabaseOptions } from './open-database';
export {
  maintainPartitions,
  startPartitionMaintenance,
  type PartitionMaintenance,
  type PartitionMaintenanceOptions,
} from './partitions';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/start-embedded-postgres';
export { createSecretBox, loadSecretKeyFile, parseSecretKey, SecretBoxError, type SecretBox } from './secret-box';
export { Prisma, PrismaClient } from './generated/client';
