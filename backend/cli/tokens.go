package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"linefeed/backend/access"
	"linefeed/backend/engine"
)

func (p *program) tokensCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "tokens",
		Short: "Make tokens for other programs and pages, and revoke them",
		Long: `Makes tokens with which other programs and pages call the local API. The program's own token, in api.json, lets its
bearer do all that its user may; these do only what they are made for.`,
		Example: `  linefeed tokens add shop --may import --to connection:shop
  linefeed tokens add nightly --may import --folder /data/inbox --to /data/shop.db --for 1y
  linefeed tokens add board --may watch --to any`,
	}
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usagef("there is no command %q for tokens", args[0])
		}
		return c.Help()
	}
	c.AddCommand(p.tokensList(), p.tokensAdd(), p.tokensRemove())
	return c
}

func (p *program) tokensList() *cobra.Command {
	asJSON := false
	c := &cobra.Command{Use: "list", Short: "List the tokens", Args: cobra.NoArgs}
	c.Flags().BoolVar(&asJSON, "json", false, "print them as JSON")
	addGroups(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			all, err := e.Access.List(c.Context())
			switch {
			case err != nil:
				return err
			case asJSON:
				return p.out.printJSON(all)
			}
			p.printTokens(all)
			return nil
		})
	}
	return c
}

func (p *program) printTokens(all []access.Token) {
	if len(all) == 0 {
		p.out.println("There is none yet: linefeed tokens add NAME --may watch --to any")
		return
	}
	t := newTable("name", "may", "into", "files of", "expires", "last used")
	for _, v := range all {
		expires := v.Expires
		if expires == "" {
			expires = "never"
		}
		used := v.Used
		if used == "" {
			used = "never"
		}
		t.add(v.Name, string(v.May), strings.Join(v.Targets, " "), strings.Join(v.Folders, " "), expires, used)
	}
	t.print(p.out, "", 60)
}

func (p *program) tokensAdd() *cobra.Command {
	var scope access.Scope
	lasts, asJSON := access.UsualLife, false
	c := &cobra.Command{
		Use:   "add NAME --may RIGHT --to TARGET",
		Short: "Make a token, and print it",
		Long: `Makes a token and prints it on standard output, this once: it is kept nowhere. Its bearer may do what is named here, and
nothing else: without a folder it imports what it sends, and can name no file of this computer.`,
		Example: `  linefeed tokens add shop --may import --to connection:shop
  linefeed tokens add nightly --may import --folder /data/inbox --to /data/shop.db --for 1y
  linefeed tokens add board --may watch --to any`,
	}
	set := c.Flags()
	set.StringVar((*string)(&scope.May), "may", "", "watch imports, or import: start them, and say what becomes of them (`RIGHT`)")
	set.StringArrayVar(&scope.Targets, "to", nil, "the database of those imports: connection:NAME, an SQLite file, a folder of them, or any; may be given again (`TARGET`)")
	set.StringArrayVar(&scope.Folders, "folder", nil, "a folder whose files may be named; may be given again (`FOLDER`)")
	set.StringVar(&lasts, "for", lasts, "how long it is good for, such as 30d, 12w, 1y or forever (`TIME`)")
	set.BoolVar(&asJSON, "json", false, "print it as JSON, with what it may do")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) != 1 || scope.May == "" || len(scope.Targets) == 0 {
			return usagef("want a name, a right and a database: linefeed tokens add NAME --may import --to connection:NAME")
		}
		life, err := access.ParseLife(lasts)
		if err != nil {
			return err
		}
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			secret, t, err := e.Access.Add(c.Context(), args[0], scope, life)
			switch {
			case err != nil:
				return err
			case asJSON:
				return p.out.printJSON(struct {
					access.Token
					Secret string `json:"token"`
				}{t, secret})
			}
			p.out.println(secret)
			return nil
		})
	}
	return c
}

func (p *program) tokensRemove() *cobra.Command {
	c := &cobra.Command{Use: "remove NAME", Short: "Revoke a token", Args: cobra.ExactArgs(1)}
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return p.withEngine(c.Context(), func(e *engine.Engine) error { return e.Access.Remove(c.Context(), args[0]) })
	}
	return c
}
