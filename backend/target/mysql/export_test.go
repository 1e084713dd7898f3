package mysql

// Plain has the database treated as one whose errors don't tell their rows, as MySQL's.
func (d *DB) Plain() { d.server.plain = true }
