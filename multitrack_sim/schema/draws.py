"""What a draw of chance is for. The numbers are part of the model: never reuse or renumber one."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Draw"]


class Draw(IntEnum):
    """The purpose in the address of a draw (`engine.random.chance`). 0 is taken: seeds of runs are made with it."""

    # the world
    WORLD_TYPE = 1
    WORLD_ATTITUDE = 2
    WORLD_FEAR = 3
    WORLD_TIE_KIND = 4
    WORLD_TIE_NEIGHBOUR = 5
    WORLD_GRIEVANCE = 6
    WORLD_MOTIVATION = 7
    WORLD_MEASURE = 8
    WORLD_ACADEMIC = 9
    WORLD_RAPPORT = 10
    WORLD_SUPPORT = 11
    # circumstances and fighting
    LEADER_CHANGE = 20
    LEADER_TYPE_CHANGES = 21
    LEADER_NEW_TYPE = 22
    LEADER_NEW_HAWK = 23
    PRESSURE = 24
    ELECTION = 25
    VIOLENCE = 30
    INCIDENT = 31
    ESCALATION = 32
    VICTORY = 33
    VICTOR = 34
    PETERING_OUT = 35
    RECURRENCE = 36
    CEASEFIRE = 37
    CEASEFIRE_ENDS = 38
    MISREADING = 40
    # grassroots and dialogue
    PROGRAMME = 50
    PROGRAMME_BACKFIRE = 51
    TAKES_PART = 60
    AGENDAS_CLASH = 61
    REPORT = 62
    INSIGHT = 63
    CHANNEL_OPENS = 64
    CHANNEL_LEAKS = 65
    CHANNEL_ENDS = 66
    TABLES_ISSUE = 67
    HARDENED = 68
    # confidence
    MEASURE_PROPOSED = 80
    MEASURE_COMPLIED = 81
    MEASURE_DETECTED = 82
    MEASURE_SUSPENDED = 83
    MEASURE_ERODES = 84
    MEASURE_PERSISTS = 85
    MEASURE_RECOMMITTED = 86
    # talks
    PRETALKS = 100
    PRETALKS_END = 101
    TALKS_OPEN = 102
    DRAFT = 103
    BREAKDOWN = 104
    SUSPENSION = 105
    RESUMPTION = 106
    SIGNATURE = 107
    RATIFICATION = 108
    TALKS_REOPEN = 109
    ACCESSION = 110
    PROCEDURE = 111
    TAKES_UP_ISSUE = 112
    # spoiling
    ATTACK = 120
    ATTACK_KIND = 121
    ATTACK_FOILED = 122
    ATTACK_REVEALED = 123
    ATTACK_SIZE = 124
    # the accord
    PROVISION = 140
    PROVISION_DETECTED = 141
    WITHDRAWAL = 143  # 142 was the collapse of an accord as a whole
    # people of unofficial dialogue in office
    ENTERS_OFFICE = 160
