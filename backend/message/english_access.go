package message

// accessTexts are those of tokens for the local API.
var accessTexts = map[ID]string{
	"token_right":           `{right:q} is nothing that a token may do`,
	"token_rights_are":      `watch looks at imports, import starts them too`,
	"token_no_target":       `the token is good for no database`,
	"token_name_target":     `name a saved connection, an SQLite file or a folder of them, or any`,
	"token_watch_folder":    `a token that may only watch names no files`,
	"token_leave_folder":    `leave out the folder, or let it import`,
	"token_folder_unnamed":  `a folder of the token has no name`,
	"token_folder_none":     `there is no folder {path}`,
	"token_name_folder":     `name one that is there`,
	"token_target_secret":   `the address {target} holds a password, which a token does not keep`,
	"token_save_connection": `save a connection, and name it: connection:NAME`,
	"token_name_bad":        `{name:q} can't be the name of a token`,
	"token_name_is":         `it has up to 100 characters, on one line`,
	"token_life":            `{value:q} is no lifetime of a token`,
	"token_life_is":         `say days, weeks or years, such as 30d, 12w or 1y, or forever`,
	"token_taken":           `there is a token {name:q} already`,
	"token_other_name":      `choose another name, or remove that one first`,
	"token_none":            `there is no token {name:q}`,

	"origin_any":     `"*" would let every page in`,
	"origin_null":    `"null" is what pages without an origin send, so that it would let anybody's in`,
	"origin_each":    `name each origin, such as https://shop.example or http://localhost:4200`,
	"origin_scheme":  `{origin:q} begins with neither http:// nor https://`,
	"origin_more":    `{origin:q} has more than an origin has: a scheme, a host and perhaps a port`,
	"origin_never":   `browsers never send {origin:q}`,
	"origin_write":   `write {written}`,
	"origin_ascii":   `browsers write the host of {origin:q} in ASCII`,
	"origin_in_page": `take it from the console of the page: location.origin`,
	"origin_bad":     `{origin:q} is no origin of a page`,
}
