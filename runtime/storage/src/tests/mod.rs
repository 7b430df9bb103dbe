//! Tests of the engine as a whole.

mod alarms;
mod basics;
mod faults;
mod functions;
mod journal;
mod kill9;
mod many;
mod memory;
mod power_cut;
mod properties;
mod row_counts;
mod usage;
