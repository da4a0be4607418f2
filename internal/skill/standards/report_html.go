package standards

import (
	"bytes"
	"embed"
	"html/template"
)

//go:embed report.html
var reportPage embed.FS

var htmlReport = template.Must(template.New("report.html").Funcs(template.FuncMap{
	"shown": shown,
	"at":    func(f Found) string { return at(f.Finding) },
	"line":  line,
}).ParseFS(reportPage, "report.html"))

// html is the report as one page that needs nothing else.
func (c Checked) html() []byte {
	var out bytes.Buffer
	if err := htmlReport.Execute(&out, c); err != nil {
		panic("a report always has a page: " + err.Error())
	}
	return out.Bytes()
}
