package web

import (
	"context"
	"encoding/json"
	"time"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/skill/prototyping"
)

var storyFlags = []prototyping.FlagOut{
	{Key: "card-payments", Ref: "flag/card-payments", State: "overridden", Type: "boolean", Default: "on", Kind: "ops", Owner: "group/payments", Says: "Take payments by card", Expires: noon.AddDate(1, 0, 0),
		Override: &prototyping.Override{Number: 4, Flag: "card-payments", Variant: "off", Reason: "the bank answers every third request with an error", By: "person/bob", Began: ago(12 * time.Minute), Ends: ago(-108 * time.Minute)}},
	{Key: "welcome-banner-of-the-summer-sale-in-the-north", Ref: "flag/welcome-banner-of-the-summer-sale-in-the-north", State: "enabled", Type: "string", Default: "plain", Kind: "release", Owner: "group/shop", Expires: noon.AddDate(0, -1, 0), Due: true},
	{Key: "new-checkout", Ref: "flag/new-checkout", State: "enabled", Type: "boolean", Default: "off", Targeted: true, Kind: "experiment", Owner: "group/shop", Says: "Pay on one page", Expires: noon.AddDate(0, 2, 0)},
	{Key: "dark-mode", Ref: "flag/dark-mode", State: "disabled", Type: "boolean", Default: "off", Kind: "release", Owner: "group/shop", Expires: noon.AddDate(0, 3, 0)},
}

func flagOps(full bool) []op.Op {
	return []op.Op{
		op.New("flag.list", prentice.Look, prentice.Viewer, "List feature flags.", func(context.Context, op.Call, struct {
			Due        bool `json:"due,omitempty"`
			Overridden bool `json:"overridden,omitempty"`
		}) (prototyping.FlagList, error) {
			if !full {
				return prototyping.FlagList{}, nil
			}
			return prototyping.FlagList{Flags: storyFlags}, nil
		}),
		op.New("flag.show", prentice.Look, prentice.Viewer, "Show a flag.", func(_ context.Context, _ op.Call, in struct {
			Flag string `json:"flag"`
		}) (prototyping.FlagShown, error) {
			out := prototyping.FlagShown{FlagOut: storyFlags[2], At: "flags.json", URL: "https://prentice.example/ofrep/v1/evaluate/flags/" + in.Flag,
				Variants:  []prototyping.Variant{{Name: "off", Value: json.RawMessage("false")}, {Name: "on", Value: json.RawMessage("true")}},
				Targeting: json.RawMessage(`{"if":[{"sem_ver":[{"var":"app.version"},">=","2.4.0"]},{"fractional":[["on",10],["off",90]]}]}`)}
			if in.Flag == "card-payments" {
				out.FlagOut, out.Targeting = storyFlags[0], nil
				out.Past = []prototyping.Override{*storyFlags[0].Override, {Number: 2, Flag: "card-payments", Variant: "off", Reason: "a drill", By: "run/41", Cause: "run/41", Began: ago(900 * time.Hour), Ends: ago(732 * time.Hour), Ended: ago(899 * time.Hour), EndedBy: "run/42"}}
			}
			return out, nil
		}),
		op.New("flag.override", prentice.Change, prentice.Operator, "Override a flag.", func(context.Context, op.Call, struct{}) (struct{}, error) { return struct{}{}, nil }),
		op.New("flag.restore", prentice.Change, prentice.Operator, "Restore a flag.", func(context.Context, op.Call, struct{}) (struct{}, error) { return struct{}{}, nil }),
	}
}

var flagStories = []story{
	{name: "flags", path: "/flags", who: "ann", lists: true},
	{name: "flag", path: "/flags/new-checkout", who: "ann"},
	{name: "flag-overridden", path: "/flags/card-payments", who: "ann"},
}
