// Package docs has the documents that the program itself hands out.
package docs

import _ "embed"

// OpenAPI describes the local API, as OpenAPI 3.1 in YAML. That it is true is tested in
// backend/localapi.
//
//go:embed openapi.yaml
var OpenAPI []byte
