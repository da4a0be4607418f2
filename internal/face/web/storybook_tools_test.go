package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/tool"
	"prentice/internal/op"
	"prentice/internal/skill/tools"
)

func toolOps(full bool) []op.Op {
	return []op.Op{op.New("tool.survey", prentice.Look, prentice.Viewer, "List tools by repository.", func(context.Context, op.Call, tools.SurveyIn) (tools.Survey, error) {
		s := tools.Survey{Tools: []tools.Row{}, Ends: tools.About{AsOf: noon.AddDate(0, 0, -100), Days: 100, Stale: true, From: "built in"}}
		if !full {
			return s, nil
		}
		until := func(y int) tool.Standing {
			return tool.Standing{Truth: prentice.Pass, Ends: time.Date(y, 4, 30, 0, 0, 0, 0, time.UTC)}
		}
		s.Past, s.Differ, s.Unknown = 1, 1, 1
		s.Tools = []tools.Row{
			{Tool: "go", Repository: "repository/shop", Place: "asked", Version: "1.26.3", Form: tool.AtLeast, Who: "go.mod", Path: "go.mod", Line: 3, Fits: prentice.Pass, Life: tool.Standing{Truth: prentice.NotSeen}},
			{Tool: "node", Repository: "repository/shop", Place: "asked", Version: "24", Form: tool.Line, Who: ".nvmrc", Path: ".nvmrc", Line: 1, Fits: prentice.Pass, Life: until(2028)},
			{Tool: "node", Repository: "repository/shop", Place: "ci", Version: "18", Form: tool.Line, Who: "job test", Path: ".github/workflows/ci.yml", Line: 12, Fits: prentice.Fail, Says: ".nvmrc:1 asks for 24", Life: tool.Standing{Truth: prentice.Fail, Ends: time.Date(2025, 4, 30, 0, 0, 0, 0, time.UTC), Says: "node 18 is past its end of life since 2025-04-30"}},
			{Tool: "postgresql", Repository: "repository/shop", Place: "production", Version: "17.2", Form: tool.Exact, Who: "host/tower", Fits: prentice.Pass, Life: until(2029)},
		}
		return s, nil
	})}
}

var toolStories = []story{
	{name: "tools", path: "/tools", who: "ann", lists: true},
}
