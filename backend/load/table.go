package load

// A Table is a table of a target, as a list of tables shows it.
type Table struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"` // how many rows it has; -1 where counting them takes long
}
