package availability

import (
	"prentice"
	"prentice/internal/op"
)

// states are how a service and what a probe saw are shown.
var states = map[string]op.Badge{
	"up":                     {Sign: "●", Word: "up", Hue: op.Good},
	string(Well):             {Sign: "●", Word: "healthy", Hue: op.Good},
	string(Down):             {Sign: "■", Word: "down", Hue: op.Bad},
	string(Flapping):         {Sign: "◇", Word: "flapping", Hue: op.Attention},
	"degraded":               {Sign: "◇", Word: "degraded", Hue: op.Attention},
	string(prentice.Pass):    {Sign: "●", Word: "pass", Hue: op.Good},
	string(prentice.Fail):    {Sign: "■", Word: "fail", Hue: op.Bad},
	string(prentice.NotSeen): {Sign: "◇", Word: "unknown", Hue: op.Quiet},
}
