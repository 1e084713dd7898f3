package mysql

import "time"

// Plain has the database treated as one whose errors don't tell their rows, as MySQL's.
func (d *DB) Plain() { d.server.plain = true }

// SetFarAway sets the time of an answer beyond which a server is far away.
func SetFarAway(d time.Duration) (restore func()) {
	was := farAway
	farAway = d
	return func() { farAway = was }
}
