package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"linefeed/backend/engine"
	"linefeed/backend/message"
	"linefeed/backend/secret"
	"linefeed/backend/signin"
)

func (p *program) loginCommand() *cobra.Command {
	device := false
	c := &cobra.Command{
		Use:   "login",
		Short: "Sign in with the OpenID Connect provider of the settings",
		Long: `Signs you in, in the browser of this computer, or with --device by a code in any other one. The sign-in is kept in the system's
keychain, and holds for the window and for all commands until it is ended: by linefeed logout, or by the provider. Where there
is no keychain, nobody can sign in by this command: the sign-in would end with it.`,
		Example: `  linefeed settings signin-issuer https://sso.example.org/realms/shop
  linefeed settings signin-client linefeed
  linefeed login
  linefeed login --device`,
		Args: cobra.NoArgs,
	}
	c.Flags().BoolVar(&device, "device", false, "show a code to sign in with on another device, where this computer has no browser")
	addGroups(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := secret.Available(); err != nil {
			return notKept(err.Error())
		}
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			signIn := func() (engine.SignedIn, error) { return e.SignIn(c.Context(), p.openPage) }
			if device {
				signIn = func() (engine.SignedIn, error) { return e.SignInByDevice(c.Context(), p.showCode) }
			}
			s, err := signIn()
			switch {
			case err != nil:
				return err
			case !s.Kept:
				_, outErr := e.SignOut(c.Context(), nil) // it would be of no use to anybody
				return errors.Join(notKept("the keychain does not take it"), outErr)
			}
			p.printSignedIn(s)
			return nil
		})
	}
	return c
}

// notKept returns why nobody is signed in without a keychain.
func notKept(cause string) error {
	return message.NewError(secret.ErrNoKeychain, "signin_not_kept", "have_keychain", "cause", cause)
}

func (p *program) logoutCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "logout",
		Short: "Sign out",
		Long: `Signs you out: the keychain forgets the sign-in, whatever the provider answers, and the provider ends the session. Where it
could not be told, the status is 2.`,
		Args: cobra.NoArgs,
	}
	addGroups(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			err := e.Account.Logout(c.Context(), p.openPage)
			switch {
			case errors.Is(err, signin.ErrOff):
				p.err.printf("sign-in is off: if somebody had signed in before, the keychain still has that; set signin-issuer and signin-client as they were, and log out again\n")
				fallthrough
			case errors.Is(err, signin.ErrNobody):
				p.out.println("nobody was signed in")
				return nil
			case err != nil:
				return err
			}
			p.out.println("signed out")
			return nil
		})
	}
	return c
}

func (p *program) whoamiCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "whoami",
		Short: "Show who is signed in",
		Long: `Shows who is signed in, and asks the provider whether that still holds. The status is 0 where somebody is, and 2 where nobody
is. Where the provider can't be asked, a warning says so.`,
		Args: cobra.NoArgs,
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	addGroups(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return p.withEngine(c.Context(), func(e *engine.Engine) error {
			s, err := e.CheckSignedIn(c.Context())
			if err != nil {
				return err
			}
			if s.Notice != nil {
				p.err.printf("linefeed: %s %s\n", p.err.amber("warning:"), visible(s.Notice.String()))
			}
			if !s.SignedIn {
				p.status = exitFailed
			}
			if asJSON {
				return p.out.printJSON(s)
			}
			p.printSignedIn(s)
			return nil
		})
	}
	return c
}

// printSignedIn says who is signed in, and what the user may do.
func (p *program) printSignedIn(s engine.SignedIn) {
	switch {
	case !s.On:
		p.out.println("sign-in is not set up: see linefeed login --help")
		return
	case !s.SignedIn:
		p.out.printf("nobody is signed in at %s: linefeed login\n", visible(s.Issuer))
		return
	}
	name := s.Name
	if s.Email != "" && s.Email != s.Name {
		name += " (" + s.Email + ")"
	}
	p.out.printf("signed in as %s at %s\n", visible(name), visible(s.Issuer))
	if s.Role != "" && !s.HasRole {
		p.err.printf("linefeed: %s %s has not the role %s, which imports need\n", p.err.amber("warning:"), visible(s.Name), visible(s.Role))
	}
}

// openPage opens a page of the provider in the browser, and says which, for those who have
// to open it by hand.
func (p *program) openPage(url string) error {
	p.err.printf("In a browser of this computer, open this page, where it does not open by itself:\n  %s\n", visible(url))
	if runtime.GOOS == "linux" && cmp.Or(os.Getenv("DISPLAY"), os.Getenv("WAYLAND_DISPLAY")) == "" {
		p.err.printf("There is no desktop here: linefeed login --device signs in by a browser elsewhere.\n")
		return nil
	}
	if err := engine.OpenBrowser(url); err != nil {
		p.err.printf("No browser opens here: linefeed login --device signs in by one elsewhere.\n")
	}
	return nil
}

// showCode says what is to be done on another device.
func (p *program) showCode(d signin.DeviceCode) {
	p.err.printf("On any device, open %s\nand enter the code: %s\n", visible(d.URL), visible(d.Code))
	if d.Complete != "" {
		p.err.printf("This page knows the code: %s\n", visible(d.Complete))
	}
	if !d.Expiry.IsZero() {
		p.err.printf("The code is good for %s.\n", fmt.Sprint(time.Until(d.Expiry).Round(time.Minute)))
	}
}
