/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "date/date-zone.h"

#include "base/memory.h"
#include "base/text.h"

struct zone_row {
	int minutes; /* east of UTC */
	const char *names;
};

/* Letters are not unique in the world; which of their meanings counts is fixed here. */
static const struct zone_row zone_rows[] = {
	{ -720, "Y" },
	{ -660, "X NUT SST" },
	{ -600, "W CKT HAST HST TAHT TKT" },
	{ -570, "MART MIT" },
	{ -540, "V AKST GAMT GIT HADT HNY" },
	{ -480, "U AKDT CIST HAY HNP PST PT" },
	{ -420, "T HAP HNR MST PDT" },
	{ -360, "S CST EAST GALT HAR HNC MDT" },
	{ -300, "R CDT COT EASST ECT EST ET HAC HNE PET" },
	{ -270, "HLV VET" },
	{ -240, "Q AST BOT CLT COST EDT FKT GYT HAE HNA PYT" },
	{ -210, "HNT NST NT" },
	{ -180, "P ADT ART BRT CLST FKST GFT HAA PMST PYST SRT UYT WGT" },
	{ -150, "HAT NDT" },
	{ -120, "O BRST FNT PMDT UYST WGST" },
	{ -60, "N AZOT CVT EGT" },
	{ 0, "Z EGST GMT UTC WET WT" },
	{ 60, "A CET DFT WAT WEDT WEST" },
	{ 120, "B CAT CEDT CEST EET SAST WAST" },
	{ 180, "C EAT EEDT EEST IDT MSK" },
	{ 210, "IRST" },
	{ 240, "D AMT AZT GET GST KUYT MSD MUT RET SAMT SCT" },
	{ 270, "AFT IRDT" },
	{ 300, "E AMST AQTT AZST HMT MAWT MVT PKT TFT TJT TMT UZT YEKT" },
	{ 330, "SLT" },
	{ 345, "NPT" },
	{ 360, "F ALMT BIOT BTT IOT KGT NOVT OMST YEKST" },
	{ 390, "CCT MMT" },
	{ 420, "G CXT DAVT HOVT ICT KRAT NOVST OMSST THA WIB" },
	{ 480, "H ACT AWST BDT BNT CAST HKT IRKT KRAST MYT PHT SGT ULAT WITA WST" },
	{ 540, "I AWDT IRKST JST KST PWT TLT WDT WIT YAKT" },
	{ 570, "ACST" },
	{ 600, "K AEST PGT VLAT YAKST YAPT" },
	{ 630, "ACDT LHST" },
	{ 660, "L AEDT LHDT MAGT NCT PONT SBT VLAST VUT" },
	{ 690, "NFT" },
	{ 720, "M ANAST ANAT FJT GILT MAGST MHT NZST PETST PETT TVT WFT" },
	{ 780, "FJST NZDT" },
};

static bool row_has(const struct zone_row *row, struct kban_text letters)
{
	struct kban_text rest = kb_text(row->names);
	struct kban_text name;

	while (kb_text_next_word(&rest, " ", &name)) {
		if (kb_text_equal(name, letters))
			return true;
	}
	return false;
}

static bool parse_letters(struct kban_text letters, int *minutes)
{
	*minutes = 0;
	if (letters.len == 0)
		return true;
	for (size_t i = 0; i < kb_array_size(zone_rows); i++) {
		if (row_has(&zone_rows[i], letters)) {
			*minutes = zone_rows[i].minutes;
			return true;
		}
	}
	return false;
}

/* A sign, two digits up to 19, and perhaps two more with or without a colon before them. */
static bool parse_offset(struct kban_text offset, int *minutes)
{
	const char *data = offset.data;
	size_t colon = offset.len == 6 ? 1 : 0;

	*minutes = 0;
	if (offset.len == 0)
		return true;
	if (offset.len != 3 && offset.len != 5 && offset.len != 6)
		return false;
	if ((data[0] != '+' && data[0] != '-') || (data[1] != '0' && data[1] != '1') ||
	    !kb_is_digit(data[2]))
		return false;
	*minutes = 60 * (10 * (data[1] - '0') + (data[2] - '0'));
	if (offset.len > 3) {
		const char *rest = data + 3 + colon;

		if ((colon && data[3] != ':') || !kb_is_digit(rest[0]) || !kb_is_digit(rest[1]))
			return false;
		*minutes += 10 * (rest[0] - '0') + (rest[1] - '0');
	}
	if (data[0] == '-')
		*minutes = -*minutes;
	return true;
}

bool kb_date_zone_parse(struct kban_text text, int *minutes)
{
	size_t letters = 0;
	int base, offset;

	while (letters < text.len && text.data[letters] >= 'A' && text.data[letters] <= 'Z')
		letters++;
	if (!parse_letters(kb_text_slice(text, 0, letters), &base) ||
	    !parse_offset(kb_text_slice(text, letters, text.len), &offset))
		return false;
	*minutes = base + offset;
	return true;
}
