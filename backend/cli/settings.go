package cli

import (
	"github.com/spf13/cobra"

	"linefeed/backend/engine"
	"linefeed/backend/job"
)

func (p *program) settingsCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "settings [NAME [VALUE]]",
		Short: "Show the program's settings, or change one",
		Long: `Shows the settings of the program, or one, or changes one. They hold for the window too. The value default makes a setting
what it is when nobody changes it.`,
		Example: `  linefeed settings
  linefeed settings keep-rejects 30d
  linefeed settings keep-rejects default`,
		Args: cobra.MaximumNArgs(2),
	}
	c.ValidArgsFunction = func(c *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
		if len(args) == 0 {
			_ = withEngine(c.Context(), func(e *engine.Engine) error { // a shell can't show an error
				all, err := e.Runner.Settings(c.Context())
				for _, v := range all {
					names = append(names, v.Name+"\t"+v.Message)
				}
				return err
			})
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print them as JSON")
	addGroups(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			all, err := chosenSettings(c, e.Runner, args)
			switch {
			case err != nil:
				return err
			case asJSON && len(args) > 0:
				return p.out.printJSON(all[0])
			case asJSON:
				return p.out.printJSON(all)
			case len(args) == 1:
				p.out.println(all[0].Value)
			default:
				p.printSettings(all)
			}
			return nil
		})
	}
	return c
}

// chosenSettings returns the settings that the arguments are about: all, or one, which
// a second argument changes.
func chosenSettings(c *cobra.Command, r *job.Runner, args []string) ([]job.Setting, error) {
	switch len(args) {
	case 0:
		return r.Settings(c.Context())
	case 1:
		v, err := r.Setting(c.Context(), args[0])
		return []job.Setting{v}, err
	default:
		v, err := r.SetSetting(c.Context(), args[0], args[1])
		return []job.Setting{v}, err
	}
}

func (p *program) printSettings(all []job.Setting) {
	t := newTable("setting", "value", "default", "")
	pinned := ""
	for _, v := range all {
		about := v.Message
		if v.Pinned != "" {
			pinned, about = v.Pinned, "[pinned] "+about
		}
		t.add(v.Name, v.Value, v.Default, about)
	}
	t.print(p.out, "", 100)
	if pinned != "" {
		p.out.printf("\nPinned by the policy file %s: these can't be changed.\n", visible(pinned))
	}
}
