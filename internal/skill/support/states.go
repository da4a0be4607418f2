package support

import "prentice/internal/op"

// refs are the pages of what this chapter shows.
var refs = map[string]string{"incident": "/incidents/{number}", "event": "/events/{number}", "silence": "/silences/{silence}", "heartbeat": "/heartbeats/{name}", "hook": "/hooks/{name}", "webhook": "/webhooks/{name}"}

// states are how incidents, silences and events are shown. What has expired is shown
// like a run that has.
var states = map[string]op.Badge{
	"heard":      {Sign: "●", Word: "heard", Hue: op.Good},
	"missing":    {Sign: "■", Word: "missing", Hue: op.Bad},
	"waited for": {Sign: "○", Word: "waited for", Hue: op.Quiet},
	// jobs that ping, their slots and their runs
	"job new":       {Sign: "○", Word: "new", Hue: op.Quiet},
	"job up":        {Sign: "●", Word: "up", Hue: op.Good},
	"job late":      {Sign: "▲", Word: "late", Hue: op.Attention},
	"job down":      {Sign: "■", Word: "down", Hue: op.Bad},
	"job paused":    {Sign: "◇", Word: "paused", Hue: op.Quiet},
	"job running":   {Sign: "◐", Word: "running", Hue: op.Busy},
	"slot kept":     {Sign: "●", Word: "kept", Hue: op.Good},
	"slot missed":   {Sign: "■", Word: "missed", Hue: op.Bad},
	"slot unknown":  {Sign: "◇", Word: "unknown", Hue: op.Quiet},
	"ping running":  {Sign: "◐", Word: "running", Hue: op.Busy},
	"ping done":     {Sign: "●", Word: "done", Hue: op.Good},
	"ping failed":   {Sign: "■", Word: "failed", Hue: op.Bad},
	"ping overdue":  {Sign: "■", Word: "too long", Hue: op.Bad},
	"ping replaced": {Sign: "◇", Word: "began again", Hue: op.Quiet},
	"ping log":      {Sign: "○", Word: "note", Hue: op.Quiet},
	"open":          {Sign: "■", Word: "open", Hue: op.Bad},
	"watching":      {Sign: "◐", Word: "watching", Hue: op.Busy},
	"fixing":        {Sign: "◐", Word: "fix in progress", Hue: op.Busy},
	"resolved":      {Sign: "●", Word: "resolved", Hue: op.Good},
	"closed":        {Sign: "●", Word: "closed", Hue: op.Good},
	"fixed":         {Sign: "●", Word: "fixed", Hue: op.Good},
	// what happened, in the timeline of an incident
	"opened":    {Sign: "■", Word: "opened", Hue: op.Bad},
	"symptom":   {Sign: "■", Word: "alert", Hue: op.Bad},
	"recovery":  {Sign: "●", Word: "recovery", Hue: op.Good},
	"recovered": {Sign: "●", Word: "recovered", Hue: op.Good},
	"gone":      {Sign: "●", Word: "gone", Hue: op.Good},
	"run":       {Sign: "◐", Word: "run", Hue: op.Busy},
	"diagnosis": {Sign: "○", Word: "diagnosis", Hue: op.Quiet},
	"called":    {Sign: "▲", Word: "escalated", Hue: op.Attention},
	"note":      {Sign: "○", Word: "note", Hue: op.Quiet},
	"holder":    {Sign: "●", Word: "assigned", Hue: op.Quiet},
	// what is to be done after incidents
	"followup open":    {Sign: "○", Word: "open", Hue: op.Quiet},
	"followup overdue": {Sign: "■", Word: "overdue", Hue: op.Bad},
	"followup done":    {Sign: "●", Word: "done", Hue: op.Good},
	// silences
	"silenced": {Sign: "◇", Word: "silenced", Hue: op.Quiet},
	"muted":    {Sign: "◇", Word: "muted", Hue: op.Attention},
	"active":   {Sign: "◇", Word: "active", Hue: op.Attention},
	"pending":  {Sign: "○", Word: "pending", Hue: op.Quiet},
	// events
	"received":  {Sign: "○", Word: "received", Hue: op.Quiet},
	"repeated":  {Sign: "○", Word: "repeated", Hue: op.Quiet},
	"event":     {Sign: "●", Word: "event", Hue: op.Good},
	"ignored":   {Sign: "○", Word: "ignored", Hue: op.Quiet},
	"unmapped":  {Sign: "▲", Word: "unmapped", Hue: op.Attention},
	"blocked":   {Sign: "■", Word: "blocked", Hue: op.Bad},
	"delivered": {Sign: "●", Word: "delivered", Hue: op.Good},
	// what programs outside are told
	"listening":        {Sign: "●", Word: "listening", Hue: op.Good},
	"failing":          {Sign: "▲", Word: "failing", Hue: op.Attention},
	"disabled":         {Sign: "■", Word: "disabled", Hue: op.Bad},
	"delivery.waiting": {Sign: "○", Word: "waiting", Hue: op.Quiet},
	"delivery.sent":    {Sign: "●", Word: "sent", Hue: op.Good},
	"delivery.dead":    {Sign: "■", Word: "given up", Hue: op.Bad},
	"delivery.held":    {Sign: "◇", Word: "held", Hue: op.Attention},
}
