package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// apiPage lists every call of the local API, and what it takes and answers.
func apiPage(api node) string {
	p := &page{}
	p.linef("# API reference")
	p.paragraph("Every call of the local API, version " + api.at("info", "version").Value + ", as [openapi.yaml](openapi.yaml) describes it for programs. [The local API](api.md) explains the calls, with an example for each.")
	p.paragraph(plain(api.at("info", "description").Value))
	p.paragraph("Every call needs `Authorization: Bearer TOKEN`: " + plain(api.at("components", "securitySchemes", "bearer", "description").Value) + ".")

	calls := map[string][]call{}
	for path, item := range api.at("paths").members() {
		for method, operation := range item.members() {
			tag := operation.at("tags").texts()[0]
			calls[tag] = append(calls[tag], call{strings.ToUpper(method), path, operation})
		}
	}
	for tag := range api.at("tags").items() {
		name := tag.at("name").Value
		p.linef("\n## %s%s", anchor("calls-"+name), heading(name))
		p.paragraph(plain(tag.at("description").Value))
		var rows [][]string
		for _, c := range calls[name] {
			rows = append(rows, []string{"[" + code(c.method+" "+c.path) + "](#" + c.id() + ")", plain(c.operation.at("summary").Value)})
		}
		p.table([]string{"Call", "Does"}, rows)
		for _, c := range calls[name] {
			writeCall(p, api, c)
		}
	}

	p.linef("\n## %sParameters of an import", anchor("parameters"))
	p.paragraph("In a query, or as parts of a form. [Settings](settings.md#settings-of-an-import) has the flags of the same meaning.")
	var rows [][]string
	for _, parameter := range api.at("components", "parameters").members() {
		if parameter.at("in").Value == "query" {
			name := parameter.at("name").Value
			rows = append(rows, []string{anchor("parameter-"+name) + code(name), typeOf(parameter.at("schema")), plain(parameter.at("description").Value)})
		}
	}
	p.table([]string{"Parameter", "Type", "Means"}, rows)

	p.linef("\n## %sProblems", anchor("problems"))
	p.paragraph("An answer that is an error is `application/problem+json` (RFC 9457), an [Error](#Error). The texts of [messages](messages.md) stand in it; " +
		"`reasons` has their IDs where an import has them.")
	rows = nil
	seen := problems(api)
	for name, response := range api.at("components", "responses").members() {
		rows = append(rows, []string{anchor("status-"+seen[name]) + code(seen[name]), plain(response.at("description").Value)})
	}
	p.table([]string{"Status", "Means"}, rows)

	p.linef("\n## %sSchemas", anchor("schemas"))
	for name, schema := range api.at("components", "schemas").members() {
		p.linef("\n### %s%s", anchor(name), name)
		writeSchema(p, schema)
	}
	return p.String()
}

// problems returns the statuses of the answers that calls share, by the names of these.
func problems(api node) map[string]string {
	all := map[string]string{}
	for _, item := range api.at("paths").members() {
		for _, operation := range item.members() {
			for status, response := range operation.at("responses").members() {
				if ref := response.ref(); ref != "" {
					all[ref] = status
				}
			}
		}
	}
	return all
}

// A call is a path with a method.
type call struct {
	method, path string
	operation    node
}

// id is the name of the call, which is also what is linked to.
func (c call) id() string { return c.operation.at("operationId").Value }

func writeCall(p *page, api node, c call) {
	p.linef("\n### %s%s", anchor(c.id()), code(c.method+" "+c.path))
	p.paragraph(plain(sentence(c.operation.at("summary").Value)) + " " + plain(c.operation.at("description").Value))
	var rows [][]string
	var shared []string
	for parameter := range c.operation.at("parameters").items() {
		ref, parameter := parameter.ref(), parameter.resolved(api)
		name := parameter.at("name").Value
		if ref != "" && parameter.at("in").Value == "query" {
			shared = append(shared, "["+code(name)+"](#parameter-"+name+")")
			continue
		}
		where := parameter.at("in").Value
		if parameter.at("required").Value == "true" && where != "path" {
			where += ", required"
		}
		rows = append(rows, []string{code(name), where, typeOf(parameter.at("schema")), plain(parameter.at("description").Value)})
	}
	p.table([]string{"Parameter", "In", "Type", "Means"}, rows)
	if len(shared) == inQuery(api) {
		p.paragraph("In the query also the [parameters of an import](#parameters).")
	} else if len(shared) > 0 {
		p.paragraph("In the query also those [of an import](#parameters): " + strings.Join(shared, ", ") + ".")
	}

	rows = nil
	body := c.operation.at("requestBody").resolved(api)
	for media, content := range body.at("content").members() {
		if is := typeOf(content.at("schema")); len(rows) > 0 && rows[len(rows)-1][1] == is {
			rows[len(rows)-1][0] += ", " + code(media)
		} else {
			rows = append(rows, []string{code(media), is})
		}
	}
	if len(rows) > 0 {
		if body.at("required").Value == "true" {
			p.paragraph("The body, which is required:")
		} else {
			p.paragraph("The body, which may be left out:")
		}
		p.table([]string{"Content-Type", "Type"}, rows)
	}

	rows = nil
	var problems []string
	for status, response := range c.operation.at("responses").members() {
		if response.ref() != "" {
			problems = append(problems, "["+status+"](#status-"+status+")")
			continue
		}
		var is []string
		for media, content := range response.at("content").members() {
			text := code(media)
			if what := typeOf(content.at("schema")); what != "" {
				text += ": " + what
			}
			is = append(is, text)
		}
		rows = append(rows, []string{code(status), plain(response.at("description").Value), strings.Join(is, "; ")})
	}
	p.table([]string{"Status", "Answer", "Body"}, rows)
	p.paragraph("[Problems](#problems): " + strings.Join(problems, ", ") + ".")
}

// inQuery returns how many parameters of a query calls share.
func inQuery(api node) (n int) {
	for _, parameter := range api.at("components", "parameters").members() {
		if parameter.at("in").Value == "query" {
			n++
		}
	}
	return n
}

// writeSchema describes a schema: a table of its members, or what it is.
func writeSchema(p *page, schema node) {
	p.paragraph(plain(schema.at("description").Value))
	var rows [][]string
	properties := func(schema node) {
		required := schema.at("required").texts()
		for name, member := range schema.at("properties").members() {
			always := ""
			if slices.Contains(required, name) {
				always = "yes"
			}
			rows = append(rows, []string{code(name), typeOf(member), always, plain(member.at("description").Value)})
		}
	}
	properties(schema)
	var also []string
	for part := range schema.at("allOf").items() {
		if part.ref() != "" {
			also = append(also, typeOf(part))
		}
		properties(part)
	}
	if len(also) > 0 {
		p.paragraph("Has the members of " + strings.Join(also, " and ") + ", and:")
	}
	if len(rows) > 0 {
		p.table([]string{"Member", "Type", "Always", "Means"}, rows)
	} else if is := typeOf(schema); is != "" && len(also) == 0 {
		p.paragraph("It is: " + is + ".")
	}
}

// typeOf returns the type of a schema in words: what it refers to, or its type, its format and its
// values.
func typeOf(schema node) string {
	if ref := schema.ref(); ref != "" {
		return "[" + ref + "](#" + ref + ")"
	}
	for _, kind := range []string{"oneOf", "anyOf", "allOf"} {
		var parts []string
		for part := range schema.at(kind).items() {
			if text := typeOf(part); text != "" {
				parts = append(parts, text)
			}
		}
		if len(parts) > 0 {
			by := " or "
			if kind == "allOf" {
				by = " and "
			}
			return strings.Join(parts, by)
		}
	}
	if values := schema.at("enum").texts(); len(values) > 0 {
		for i := range values {
			values[i] = cmp.Or(code(values[i]), "empty")
		}
		return strings.Join(values, ", ")
	}
	if value := schema.at("const").Value; value != "" {
		return code(value)
	}
	types := slices.Clone(schema.at("type").texts())
	for i, t := range types {
		switch {
		case t == "array":
			items := typeOf(schema.at("items"))
			if strings.Contains(items, " or ") {
				items = "(" + items + ")"
			}
			types[i] = "array of " + items
		case t == "object" && typeOf(schema.at("additionalProperties")) != "":
			types[i] = "object of " + typeOf(schema.at("additionalProperties"))
		case t == "string" && schema.at("format").Value != "":
			types[i] = fmt.Sprintf("string (%s)", schema.at("format").Value)
		}
	}
	return strings.Join(types, " or ")
}

func heading(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// sentence returns a text that ends with a full stop.
func sentence(text string) string {
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
