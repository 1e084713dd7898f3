package load

// A Place says where a target is, and what it can promise. It holds no password.
type Place struct {
	Kind    string `json:"kind"`    // what its URLs begin with: sqlite, postgres, mysql
	Product string `json:"product"` // such as "PostgreSQL 15.18"; "SQLite"

	File     string `json:"file,omitempty"`     // the path, where it is a file
	Server   string `json:"server,omitempty"`   // host:port, where it is a server; several are separated by commas
	Database string `json:"database,omitempty"` // on the server
	Schema   string `json:"schema,omitempty"`   // the one that tables are in unless said otherwise
	Schemas  bool   `json:"schemas,omitempty"`  // tables are in schemas that can be chosen

	// Insecure says that the server is on another machine and that the connection is
	// not encrypted, or that nobody knows who is at its other end.
	Insecure bool `json:"insecure,omitempty"`

	// Marks says that how far a load has come can be kept with its rows.
	Marks bool `json:"marks"`

	// Undo says that loads can be undone.
	Undo bool `json:"undo,omitempty"`
}
