//! Leases: who runs a job. Whatever runs by clock may run twice (ids are derived), but need not.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use super::{Store, StoreError, sql};
use crate::model::time;

/// A lease that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lease {
    /// It is ours until the term ends; renew it before.
    Held,
    /// Somebody else holds it.
    Taken {
        /// Who.
        holder: String,
        /// For at most this long, unless renewed.
        left: Duration,
    },
}

impl Store {
    /// Takes or renews the lease `name` for `holder`: it is ours when nobody has it, its term is over, or it was ours.
    ///
    /// # Errors
    /// What the database says. It writes, so it also tells whether the store can be written.
    pub async fn lease(&self, name: &str, holder: &str, term: Duration) -> Result<Lease, StoreError> {
        let now = time::micros(self.clock.now());
        let until = now.saturating_add(i64::try_from(term.as_micros()).unwrap_or(i64::MAX));
        // One statement decides, so two processes cannot both win.
        let take = "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE \
                    SET holder = excluded.holder, until = excluded.until WHERE leases.holder = $2 OR leases.until <= $4";
        let values = [name.into(), holder.into(), until.into(), now.into()];
        if self.writer.execute_raw(sql::statement(&self.writer, take, values)).await?.rows_affected() > 0 {
            return Ok(Lease::Held);
        }
        let read = "SELECT holder, until FROM leases WHERE name = $1";
        let row = self.writer.query_one_raw(sql::statement(&self.writer, read, [name.into()])).await?;
        // It may have been given back between the two statements: then whoever asks next gets it.
        let Some(row) = row else { return Ok(Lease::Taken { holder: String::new(), left: Duration::ZERO }) };
        let left = row.try_get_by_index::<i64>(1)?.saturating_sub(now);
        Ok(Lease::Taken {
            holder: row.try_get_by_index(0)?,
            left: Duration::from_micros(u64::try_from(left).unwrap_or(0)),
        })
    }

    /// Gives the lease back, if it is still ours.
    ///
    /// # Errors
    /// What the database says.
    pub async fn release(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        let give = "DELETE FROM leases WHERE name = $1 AND holder = $2";
        self.writer.execute_raw(sql::statement(&self.writer, give, [name.into(), holder.into()])).await?;
        Ok(())
    }
}
