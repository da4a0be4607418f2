package boot

import "prentice/internal/face/cli"

// firsts is what a newcomer needs.
var firsts = []cli.First{
	{Command: "prentice demo", About: "Watch a service fail and be restarted under supervision, in a minute"},
	{Command: "prentice up --demo", About: "Start a server with a sample team, and look around"},
	{Command: "prentice init", About: "Make a team folder from what is found on this machine"},
	{Command: "prentice up", About: "Start a server for your own team"},
}
