package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"linefeed/backend/connection"
	"linefeed/backend/engine"
	"linefeed/backend/load"
	"linefeed/backend/secret"
	"linefeed/backend/target"
	"linefeed/backend/target/connect"
)

func (p *program) connectionsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "connections",
		Short: "Save database servers under a name, and test them",
		Long: `Saves the addresses of databases on servers under a name, by which --to finds them: connection:NAME. Passwords are kept
in the system's keychain, and nowhere else.`,
		Example: `  linefeed connections add shop postgres://ann@db.example/shop
  linefeed connections test shop --table articles
  linefeed import articles.csv --to connection:shop --table articles`,
	}
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usagef("there is no command %q for connections", args[0])
		}
		return c.Help()
	}
	c.AddCommand(p.connectionsList(), p.connectionsAdd(), p.connectionsRemove(), p.connectionsTest())
	return c
}

func (p *program) connectionsList() *cobra.Command {
	asJSON := false
	c := &cobra.Command{Use: "list", Short: "List the saved connections", Args: cobra.NoArgs}
	c.Flags().BoolVar(&asJSON, "json", false, "print them as JSON")
	addGroups(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			all, err := e.Connections.List(c.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return p.out.printJSON(all)
			}
			p.printConnections(all)
			return nil
		})
	}
	return c
}

func (p *program) printConnections(all []connection.Connection) {
	if len(all) == 0 {
		p.out.println("No connection is saved yet: linefeed connections add NAME postgres://USER@HOST/DATABASE")
		return
	}
	t := newTable("name", "address", "password", "")
	for _, c := range all {
		note := ""
		if c.Insecure {
			note = "the server is not verified"
		}
		t.add(c.Name, c.URL, string(c.Password), note)
	}
	t.print(p.out, "", 80)
}

// addFlags are those of connections add.
type addFlags struct {
	form                     connection.Form
	replace, fromInput, none bool
}

func (p *program) connectionsAdd() *cobra.Command {
	f := &addFlags{}
	c := &cobra.Command{
		Use:   "add NAME [ADDRESS]",
		Short: "Save a connection",
		Long: `Saves the address of a database on a server under a name: postgres://USER@HOST:PORT/DATABASE, mysql:// for MySQL and
MariaDB, or by flags. The password is asked for, or read from standard input, and kept in the system's keychain. Without
one, LINEFEED_PASSWORD, ~/.pgpass or ~/.my.cnf have it, or it is asked for when it is needed.`,
		Example: `  linefeed connections add shop postgres://ann@db.example/shop
  linefeed connections add shop --kind mysql --host db.example --user ann --database shop
  linefeed connections add shop mysql://ann@db.example/shop --password-stdin < password.txt`,
	}
	server, password := newGroup("The server, in the place of an address"), newGroup("The rest")
	set := server.flags
	set.StringVar(&f.form.Kind, "kind", "", "postgres, or mysql for MySQL and MariaDB (`KIND`)")
	set.StringVar(&f.form.Hosts, "host", "", "the server; several with commas, tried in turn (`HOST`)")
	set.StringVar(&f.form.Port, "port", "", "its port, if it is not the usual one (`PORT`)")
	set.StringVar(&f.form.Database, "database", "", "the database (`NAME`)")
	set.StringVar(&f.form.User, "user", "", "who logs in (`NAME`)")
	set.StringVar(&f.form.TLS, "tls", "", "over a network verify the server (verify, the default), not its name (ca), only encrypt (require, prefer), or not even that (off) (`HOW`)")
	set.StringVar(&f.form.CA, "ca", "", "the certificate of the authority that signed the server's (`FILE`)")
	set = password.flags
	set.BoolVar(&f.fromInput, "password-stdin", false, "read the password from standard input")
	set.BoolVar(&f.none, "no-password", false, "keep no password, and ask for none")
	set.BoolVar(&f.replace, "replace", false, "replace the connection of that name")
	addGroups(c, server, password)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 || len(args) > 2 {
			return usagef("want a name and an address: linefeed connections add NAME postgres://USER@HOST/DATABASE")
		}
		d := connection.Draft{Name: args[0]}
		if f.replace {
			d.Was = args[0]
		}
		var err error
		if d.URL, err = f.address(c, args[1:]); err != nil {
			return err
		}
		p.warnOfPassword(d.URL)
		if d.Password, err = p.passwordFor(c.Context(), d.URL, f); err != nil {
			return err
		}
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			saved, err := e.Connections.Save(c.Context(), d)
			if errors.Is(err, connection.ErrNameTaken) {
				return usagef("%w (--replace changes that one)", err)
			}
			if err != nil {
				return err
			}
			p.tellSaved(saved)
			return nil
		})
	}
	return c
}

// tlsWords are the values of --tls.
var tlsWords = []string{"verify", "ca", "require", "prefer", "off"}

// address returns the address that the arguments or the flags make.
func (f *addFlags) address(c *cobra.Command, args []string) (string, error) {
	byFlags := false
	for _, name := range []string{"kind", "host", "port", "database", "user", "tls", "ca"} {
		byFlags = byFlags || c.Flags().Changed(name)
	}
	switch {
	case len(args) == 1 && byFlags:
		return "", usagef("give either an address or --kind, --host and the like")
	case len(args) == 1:
		return args[0], nil
	case f.form.Kind != target.PostgreSQL && f.form.Kind != target.MySQL:
		return "", usagef("give an address, or --kind postgres or mysql, and --host, --database, --user")
	}
	if f.form.TLS != "" && !slices.Contains(tlsWords, f.form.TLS) {
		return "", usagef("--tls %q: it is one of %s", f.form.TLS, strings.Join(tlsWords, ", "))
	}
	url, err := f.form.URL()
	if err != nil {
		return "", usageError{err}
	}
	return url, nil
}

// passwordFor returns the password to keep with an address; nil for the one in it,
// or none.
func (p *program) passwordFor(ctx context.Context, url string, f *addFlags) (*string, error) {
	s, ok, err := target.ParseServer(url)
	if err != nil || !ok { // saving it says what is wrong
		return nil, nil //nolint:nilerr // as said
	}
	none := ""
	switch {
	case f.none && f.fromInput:
		return nil, usagef("give either --password-stdin or --no-password")
	case f.none:
		return &none, nil
	case s.Password != "" && f.fromInput:
		return nil, usagef("give the password either in the address or on standard input")
	case s.Password != "":
		return nil, nil
	case f.fromInput:
		line, err := bufio.NewReader(io.LimitReader(p.in, 64<<10)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read the password: %w", err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return nil, usagef("--password-stdin: no password came from standard input")
		}
		return &line, nil
	}
	if s, err = s.Completed(); err != nil {
		return nil, nil //nolint:nilerr // as said
	}
	password, err := p.askPassword(ctx, s, false)
	if password == "" {
		return nil, err // what is kept stays
	}
	return &password, err
}

// tellSaved says what was saved, and where the password is.
func (p *program) tellSaved(c connection.Connection) {
	p.out.println(fmt.Sprintf("saved %s: %s", c.Name, c.URL))
	switch {
	case c.Password == secret.Keychain:
		p.out.println("The password is in the keychain.")
	case c.Reason != "":
		p.err.printf("linefeed: the password is not kept, as this command ends now: %s: give it in LINEFEED_PASSWORD, ~/.pgpass or ~/.my.cnf, or when asked\n", c.Reason)
	}
	if c.Insecure {
		p.err.printf("linefeed: %s\n", insecureText)
	}
	p.out.println("Try it: linefeed connections test " + shellWord(c.Name))
}

const insecureText = "over a network, this connection is not encrypted, or does not verify the server: others may read it, or answer in the server's place"

// warnOfPassword warns of an address with a password on the command line.
func (p *program) warnOfPassword(url string) {
	if s, ok, err := target.ParseServer(url); err == nil && ok && s.Password != "" {
		p.err.printf("linefeed: other programs on this machine can see a password on the command line: leave it out, and give it when asked, in LINEFEED_PASSWORD, or by a saved connection\n")
	}
}

func (p *program) connectionsRemove() *cobra.Command {
	c := &cobra.Command{Use: "remove NAME", Short: "Forget a saved connection, and its password", ValidArgsFunction: connectionNames}
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("want the name of one connection: `linefeed connections list` lists them")
		}
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			return e.Connections.Remove(c.Context(), savedName(args[0]))
		})
	}
	return c
}

func (p *program) connectionsTest() *cobra.Command {
	asJSON, table := false, load.TableName{}
	c := &cobra.Command{
		Use:   "test NAME",
		Short: "Say step by step what is right with a connection and what is not",
		Long: `Tries a saved connection, or an address, and says step by step what is right and what is not: host, port, TLS, login,
database, rights, and the table, if one is named. Nothing is written.`,
		Example: `  linefeed connections test shop
  linefeed connections test postgres://ann@db.example/shop --table articles`,
		ValidArgsFunction: connectionNames,
	}
	c.Flags().StringVar(&table.Name, "table", "", "a table to load into (`NAME`)")
	c.Flags().StringVar(&table.Schema, "schema", "", "the schema that has it, in MySQL the database (`NAME`)")
	c.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("want the name of one connection, or an address: `linefeed connections list` lists them")
		}
		ctx, url := c.Context(), args[0]
		d := connection.Draft{URL: url}
		if target.IsURL(url) {
			p.warnOfPassword(url)
		} else {
			d = connection.Draft{Name: savedName(url)}
			url = "connection:" + d.Name
		}
		return p.withEngine(ctx, func(e *engine.Engine) error {
			if _, err := e.Connections.Address(ctx, url); err != nil {
				return err
			}
			if err := e.Connections.Unlock(ctx, url, p.askPassword); err != nil {
				return err
			}
			r := e.Connections.Test(ctx, d, table)
			if !r.OK {
				p.status = exitFailed
			}
			if asJSON {
				return p.out.printJSON(r)
			}
			p.printReport(r)
			return nil
		})
	}
	return c
}

// stepNames are the steps as a report calls them.
var stepNames = map[connect.Step]string{
	connect.StepHost: "host", connect.StepPort: "port", connect.StepTLS: "TLS", connect.StepLogin: "login",
	connect.StepDatabase: "database", connect.StepRights: "rights", connect.StepTable: "table",
}

func (p *program) printReport(r connection.Report) {
	for _, s := range r.Steps {
		if s.State == connection.StepSkipped {
			continue
		}
		mark, note := "ok     ", s.Spelled(flag)
		switch s.State {
		case connection.StepWarning:
			mark = p.out.amber("warning")
		case connection.StepFailed:
			mark = p.out.red("failed ")
		}
		p.out.printf("  %s  %s\n", pad(stepNames[s.Name], 8)+"  "+mark, withoutPasswords(visible(note.String())))
	}
}

// savedName returns the name of a connection, with or without connection: before it.
func savedName(arg string) string {
	if name, ok := target.Saved(arg); ok {
		return name
	}
	return arg
}

// connectionNames completes the name of a saved connection.
func connectionNames(c *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	if len(args) == 0 {
		_ = withEngine(c.Context(), func(e *engine.Engine) error { // a shell can't show an error
			all, err := e.Connections.List(c.Context())
			for _, one := range all {
				names = append(names, one.Name+"\t"+one.URL)
			}
			return err
		})
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
