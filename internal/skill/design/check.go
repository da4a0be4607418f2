package design

import (
	"cmp"
	"context"

	"prentice"
	"prentice/internal/op"
)

// CheckIn names one file, or nothing for the whole team folder.
type CheckIn struct {
	File   string `json:"file,omitempty" arg:"1" file:"true" maxLength:"5242880" doc:"A catalog-info.yaml, an inventory, a file of its group_vars or host_vars, or an ssh_config to check by itself; without it the whole team folder is checked."`
	Strict bool   `json:"strict,omitempty" doc:"Count advice as errors."`
	Name   string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

// Checked is what a check found.
type Checked struct {
	op.Findings
	Entities int `json:"entities"` // 0 when one file was checked
}

// Text implements op.Texter.
func (c Checked) Text() string {
	if c.Entities == 0 {
		return c.Report("")
	}
	return c.Report(op.Count(c.Entities, "entity", "entities"))
}

// held are the findings, of which advice counts as an error when that is asked for.
func (in CheckIn) held(findings []prentice.Finding) []prentice.Finding {
	for i := range findings {
		findings[i].Error = findings[i].Error || in.Strict
	}
	return findings
}

func checkOp(d Deps) op.Op {
	return op.New("catalog.check", prentice.Look, prentice.Viewer, "Check the catalog for mistakes", func(ctx context.Context, _ op.Call, in CheckIn) (Checked, error) {
		if in.File+in.Name != "" {
			if d.File == nil {
				return Checked{}, unavailable("a catalog file")
			}
			return Checked{op.Found(in.held(d.File(cmp.Or(in.Name, "catalog-info.yaml"), []byte(in.File)))), 0}, nil
		}
		if d.Team == nil {
			return Checked{}, unavailable("the team folder")
		}
		c, findings, err := d.Team(ctx)
		if err != nil {
			return Checked{}, err
		}
		return Checked{op.Found(in.held(findings)), len(c.Entities)}, nil
	}).WithExample("prentice catalog check").FromFiles().WithHelp(
		"Reads every catalog-info.yaml below the team folder and says what is wrong with it: unknown keys and annotations with the nearest spelling, references that lead nowhere, entities declared twice, probes that cannot work. Reads the inventories with their group_vars and host_vars and the hosts of ssh_config too, and says which declarations of one host do not agree, and which two hosts are one machine.\n\n" +
			"With a file, checks that file by itself; its references may lead to what the team has declared already. A file is an inventory if it is called inventory.ini, .yaml or .yml or otherwise .ini, or lies in a folder inventory, and says vars of one if it lies below group_vars or host_vars; any other .yaml is read as a catalog-info.yaml.\n\n" +
			"What another tool's file says and prentice does not use is advice, not an error. Advice alone is success, and with --strict it is not. With an error among the findings the exit code is that of a check that did not pass; see prentice help exit-codes.")
}

var (
	_ op.Texter = Checked{}
	_ op.Ender  = Checked{}
)
