package message

// signinTexts are those of signing in.
var signinTexts = map[ID]string{
	"signin_off":           `sign-in is not set up`,
	"signin_set_up":        `set signin-issuer and signin-client`,
	"signin_nobody":        `nobody is signed in at {issuer}`,
	"sign_in":              `sign in first`,
	"signin_ended":         `the sign-in at {issuer} has ended: {cause}`,
	"sign_in_again":        `sign in again`,
	"signin_provider":      `the sign-in provider {issuer} can't be used: {cause}`,
	"check_issuer":         `try again later; if it stays so, check signin-issuer`,
	"signin_refused":       `the sign-in provider {issuer} refuses: {cause}`,
	"check_client":         `check how the client {client} is set up there`,
	"signin_denied":        `nobody was signed in: {issuer} says that it was not agreed to`,
	"signin_timeout":       `nobody signed in in time`,
	"signin_no_listener":   `the sign-in can't listen for the browser on this computer: {cause}`,
	"signin_no_browser":    `no browser can be opened: {cause}`,
	"use_device":           `sign in by a code on another device`,
	"signin_no_device":     `{issuer} has no sign-in by a code on another device for this client`,
	"use_browser":          `sign in by the browser, or have it set up there`,
	"signin_not_told":      `you are signed out here, but {issuer} could not be told: {cause}`,
	"end_session_there":    `end the session there, where others could use it`,
	"signin_not_kept":      `this sign-in could not be kept for the next command: {cause}`,
	"have_keychain":        `sign in where there is a keychain: in a desktop session, or with a Secret Service on its D-Bus, such as gnome-keyring`,
	"signin_stays":         `the sign-in stays in the keychain: {cause}`,
	"remove_from_keychain": `remove {key:q} there`,
	"signin_incomplete":    `sign-in is required, but not set up: {missing} is not set`,
}
