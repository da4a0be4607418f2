package availability

import (
	"context"

	"prentice"
	"prentice/internal/engine/monitor"
	"prentice/internal/op"
)

// ImportIn is what another monitor is told to look at.
type ImportIn struct {
	File    string `json:"file" arg:"1" file:"true" maxLength:"1048576" doc:"The file of the other monitor: config.yaml of Gatus, prometheus.yml of a Prometheus with a blackbox exporter, or a backup of Uptime Kuma."`
	Modules string `json:"modules,omitempty" file:"true" maxLength:"1048576" doc:"The modules of the blackbox exporter, such as blackbox.yml."`
	From    string `json:"from,omitempty" enum:"gatus,blackbox,uptime-kuma" doc:"What the file is of; without it prentice looks."`
}

// Imported is what became of it: a file of the catalog, and what is not in it.
type Imported struct {
	monitor.Read
	Catalog string `json:"catalog"`
}

// Text implements op.Texter. It is the file, in which the gaps are comments.
func (i Imported) Text() string { return i.Catalog }

func (l *Lookout) importOp() op.Op {
	return op.New("probe.import", prentice.Look, prentice.Viewer, "Write what Gatus, a blackbox exporter or Uptime Kuma looks at as probes of the catalog.", l.importing).
		WithExample("prentice probe import gatus.yaml > catalog-info.yaml").WithoutState().
		WithHelp("It prints a catalog-info.yaml. What could not be carried over, or not in the same sense, stands above it as comments, each with its line and the reason. Nothing is asked, and nothing is kept.\n\n" +
			"Secrets are not carried over: a probe names each, and the comments say what secrets.yaml needs. Of a blackbox exporter give the configuration of the Prometheus that uses it, and its modules with --modules.")
}

func (l *Lookout) importing(_ context.Context, _ op.Call, in ImportIn) (Imported, error) {
	var kinds []prentice.ProbeKind
	if l.Kinds != nil {
		kinds = l.Kinds()
	}
	read, err := monitor.Convert(monitor.File{From: in.From, Text: []byte(in.File), Modules: []byte(in.Modules)}, kinds)
	if err != nil {
		return Imported{}, err
	}
	text, err := read.Catalog()
	return Imported{read, text}, err
}

var _ op.Texter = Imported{}
