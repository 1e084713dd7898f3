package message

// signinTexts are those of signing in.
var signinTexts = map[ID]string{
	"signin_off":        `sign-in is not set up`,
	"signin_set_up":     `set signin-issuer and signin-client`,
	"signin_incomplete": `sign-in is required, but not set up: {missing} is not set`,
}
