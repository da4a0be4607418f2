package support

import "prentice/internal/op"

// nouns are what the operations of the chapter are about, for the help.
var nouns = op.Nouns{
	{Name: "incident", About: "Incidents, from the first symptom to the verified fix", Part: op.EveryDay},
	{Name: "followup", About: "What is to be done after incidents, by whom and until when", Part: op.EveryDay},
	{Name: "silence", About: "What is known and shall call no one, until when and why", Part: op.EveryDay},
	{Name: "event", About: "What happened, as it was reported", Part: op.EveryDay},
	{Name: "heartbeat", About: "Jobs that ping and alerts that always fire, and when each was heard last", Part: op.EveryDay},
	{Name: "hook", About: "Webhooks in: what other programs post, and the event that it becomes", Part: op.TeamFiles},
	{Name: "webhook", About: "Webhooks out: programs outside that are told of events", Part: op.TeamFiles},
	{Name: "alert", About: "Rules that say what becomes of an alert: check and try them", Part: op.TeamFiles},
}
