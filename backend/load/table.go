package load

// A TableName names a table. In MySQL a schema is a database.
type TableName struct {
	Schema string // "" is that of the connection
	Name   string
}

// String returns the name for people.
func (t TableName) String() string {
	if t.Schema == "" {
		return t.Name
	}
	return t.Schema + "." + t.Name
}

// A Table is a table of a target, as a list of tables shows it.
type Table struct {
	Schema string `json:"schema,omitempty"` // "" where there are none
	Name   string `json:"name"`
	Rows   int64  `json:"rows"` // the number of rows; -1 if counting them takes long
}
