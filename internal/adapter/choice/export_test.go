package choice

// MayReach is the rule of where a name may lead.
var MayReach = mayReach
