package value

import "strings"

// monthNames and weekdayNames hold the names, and their usual short forms, in
// English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish,
// Norwegian, Danish and Polish, in lower case. No name means two months or two
// days among these languages, so the language need not be known.
var (
	monthNames   = nameTable(monthLists)
	weekdayNames = nameTable(weekdayLists) // Sunday is 1

	monthLists = []string{
		"january jan januar januari janvier janv enero ene gennaio gen janeiro styczeń stycznia sty jänner jän",
		"february feb februar februari février févr fév febrero febbraio fevereiro fev luty lutego lut febr",
		"march mar märz mär mrz mars marzo março maart mrt marts marzec marca",
		"april apr avril avr abril abr aprile kwiecień kwietnia kwi",
		"may mai mayo maggio mag maio mei maj maja",
		"june jun juni juin junio giugno giu junho czerwiec czerwca cze",
		"july jul juli juillet juil julio luglio lug julho lipiec lipca lip",
		"august aug août aoû agosto ago augustus augusti sierpień sierpnia sie",
		"september sep sept septembre septiembre settembre set setembro wrzesień września wrz",
		"october oct oktober okt octobre octubre ottobre ott outubro out oktobre październik października paź",
		"november nov novembre noviembre novembro listopad listopada lis",
		"december dec dezember dez décembre déc diciembre dic dicembre dezembro desember des grudzień grudnia gru",
	}
	weekdayLists = []string{
		"sunday sun sonntag so dimanche dim domingo dom domenica zondag zo söndag sön søndag søn niedziela",
		"monday mon montag mo lundi lun lunes lunedì maandag ma måndag mån mandag man poniedziałek",
		"tuesday tue tues dienstag di mardi martes martedì dinsdag tisdag tis tirsdag tir wtorek",
		"wednesday wed mittwoch mi mercredi mer miércoles mié mercoledì woensdag wo onsdag ons środa",
		"thursday thu thur thurs donnerstag do jeudi jeu jueves jue giovedì gio donderdag torsdag tors tor czwartek",
		"friday fri freitag fr vendredi ven viernes vie venerdì vrijdag vr fredag fre piątek",
		"saturday sat samstag sa sonnabend samedi sam sábado sáb sabato sab zaterdag za lördag lör lørdag lør sobota",
	}
)

func nameTable(lists []string) map[string]int {
	table := make(map[string]int, len(lists)*16)
	for i, list := range lists {
		for _, name := range strings.Fields(list) {
			table[name] = i + 1
		}
	}
	return table
}
