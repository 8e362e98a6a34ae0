//! The few statements that no entity covers, and the only way to begin a write.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, Value,
};

use super::StoreError;

/// The key of the advisory lock by which writers take turns on PostgreSQL: "downwire" in ASCII.
const WRITER: i64 = 0x646f_776e_7769_7265;

/// Begins a write transaction: IMMEDIATE on SQLite (a deferred one that turns to writing fails at once with
/// SQLITE_BUSY_SNAPSHOT, whatever the busy timeout), behind the writers' lock on PostgreSQL.
pub async fn begin(connection: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = connection.begin_with_options(options).await?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_raw(statement(&transaction, "SELECT pg_advisory_xact_lock($1)", [WRITER.into()])).await?;
    }
    Ok(transaction)
}

/// A statement with `$1`, `$2` … for its values: both backends read that form.
pub fn statement<const N: usize>(connection: &impl ConnectionTrait, sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), sql, values)
}
