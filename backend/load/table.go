package load

// A Table is a table of a target, as a list of tables shows it.
type Table struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"` // the number of rows; -1 if counting them takes long
}
