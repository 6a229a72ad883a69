/* The phases that grow with communities, grassroots and publics, written by columns: what a compiler can make of them
   where memory lies best. The same arithmetic as multitrack_sim/process, rule by rule; only the exponential is another,
   one that works on several rows at once. `world.h` is written by column_twin.py from the tables themselves: the structs
   of small tables, and the numbers of purposes, phases and kinds. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "world.h"

typedef struct {
    int64_t rows, most_ties, parties, organisations, attackers;
    const int64_t *starts; /* of each party its first community, and last of all their number */
    const int32_t *heard;  /* tie by tie, each a column over communities; who has fewer hears itself, which moves nothing */
    const double *weight;
    double *attitude, *before, *home, *support, *fear, *grievance, *dividend, *effect, *programme, *programme_months;
    double *fright, *hurt, *reasons; /* what this month brings to a party, spread over its communities */
    double *draws;
    governments_row *governments;
    ngos_row *ngos;
    const spoilers_row *spoilers;
    process_row *process;
    const parameters_row *p;
} columns;

/* ------------------------------------------------------------------------------------------------ arithmetic */

/* In two steps: each of them is one instruction, and a loop over it becomes vector code. */
static inline double clip(double x, double low, double high) {
    x = x < low ? low : x;
    return x > high ? high : x;
}

static inline double chance(uint64_t key, uint64_t purpose, uint64_t month, uint64_t id) {
    uint64_t k0 = key & 0xFFFFFFFF, k1 = key >> 32, c0 = purpose, c1 = month, c2 = id, c3 = 0;
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
        c0 = (p1 >> 32) ^ c1 ^ k0, c1 = p1 & 0xFFFFFFFF, c2 = (p0 >> 32) ^ c3 ^ k1, c3 = p0 & 0xFFFFFFFF;
        k0 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, k1 = (k1 + 0xBB67AE85) & 0xFFFFFFFF;
    }
    return ((double)((c0 << 20) | (c1 >> 12)) + 0.5) * 2.220446049250313e-16;
}

static double standard_normal(double u) {
    if (u < 0.02425 || u > 0.97575) {
        double q = sqrt(-2.0 * log(u < 0.5 ? u : 1.0 - u));
        double top = ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
                       - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783;
        double low = (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
                      + 3.754408661907416) * q + 1.0;
        return u < 0.5 ? top / low : -top / low;
    }
    double q = u - 0.5, r = q * q;
    double top = (((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
                    + 1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239) * q;
    double low = ((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
                   + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0;
    return top / low;
}

/* exp(x) for x from -700 to 0: 2 to a whole power, times a series on what is left (|r| up to half the log of 2). No
   jump and no table, so that a loop over it becomes vector code. */
static inline double falling_exp(double x) {
    double shifted = x * 1.4426950408889634 + 6755399441055744.0, k = shifted - 6755399441055744.0;
    double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10, r2 = r * r, r4 = r2 * r2;
    double low = (1.0 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
    double middle = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    double high = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800)) + r4 * (1.0 / 479001600);
    uint64_t bits;
    double power;
    memcpy(&bits, &shifted, 8);
    bits = (bits + 1023) << 52;
    memcpy(&power, &bits, 8);
    return (low + r4 * (middle + r4 * high)) * power;
}

static inline double sigma(double x) {
    double size = fabs(x), e = falling_exp(size < 700.0 ? -size : -700.0);
    return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}

/* ------------------------------------------------------------------------------------------------ grassroots */

static double grant(double own, double own_budget, double other, double other_budget, const columns *w) {
    const parameters_row *p = w->p;
    double given = own * own_budget;
    if (p->funding_muted == REPLACED)
        given += p->funding_replacement * own * clip(1.0 - own_budget, 0.0, 1.0);
    else if (p->funding_muted == MOVED && own_budget > 0.0)
        given += other * clip(1.0 - other_budget, 0.0, 1.0);
    return given * (1.0 + w->process->sponsors) * w->process->interest
           * (1.0 + p->funding_publicity * w->process->momentum);
}

/* Money becomes work in places, of each party and kind; whether there was any. */
static int fund(columns *w) {
    const parameters_row *p = w->p;
    int funded = 0;
    for (int64_t j = 0; j < w->parties; j++)
        w->governments[j].programme_reach = w->governments[j].reach_education = w->governments[j].reach_interfaith = 0.0;
    for (int64_t row = 0; row < w->organisations; row++) {
        ngos_row *ngo = &w->ngos[row];
        if (!ngo->active) continue;
        double own = p->track_three_funds * (1.0 - ngo->share_track_two) * ngo->capacity * ngo->reach;
        double other = p->track_two_funds * ngo->share_track_two * ngo->capacity;
        double money = grant(own, p->track_three_budget, other, p->track_two_budget, w);
        ngo->granted_track_three += money, ngo->spent_track_three += money;
        funded |= money > 0.0;
        double cost = 1.0 - p->technology_saving * p->track_three_digital;
        cost *= ngo->programme == EDUCATION ? p->track_three_education_cost
                : ngo->programme == INTERFAITH ? p->track_three_interfaith_cost : 1.0;
        double work = money / clip(cost, 0.01, 100.0);
        for (int64_t j = 0; j < w->parties; j++) {
            double part = ngo->party == j ? work : ngo->party < 0 ? work / w->parties : 0.0;
            w->governments[j].programme_reach += part;
            if (ngo->programme == EDUCATION) w->governments[j].reach_education += part;
            else if (ngo->programme == INTERFAITH) w->governments[j].reach_interfaith += part;
        }
    }
    for (int64_t j = 0; j < w->parties; j++) {
        governments_row *me = &w->governments[j];
        if (me->programme_reach > 0.0) me->reach_education /= me->programme_reach, me->reach_interfaith /= me->programme_reach;
        me->programme_reach = clip(1.0 - exp(-p->track_three_reach * me->programme_reach), 0.0, 1.0);
    }
    return funded;
}

/* The draws of every sixth (`stay`th) community, one after the other. */
static void draw(double *restrict draws, int64_t count, int64_t first, int64_t stay, uint64_t key, uint64_t month) {
    for (int64_t at = 0; at < count; at++) draws[at] = chance(key, PROGRAMME, month, first + at * stay);
}

/* A sixth of all communities (one in so many as months in a programme) decide anew what programme they are in. */
static void choose(columns *w, int64_t month) {
    const parameters_row *p = w->p;
    int64_t stay = (int64_t)p->track_three_programme_months, first = (stay - month % stay) % stay, party = 0;
    int64_t count = first < w->rows ? (w->rows - first - 1) / stay + 1 : 0;
    draw(w->draws, count, first, stay, w->process->key, month);
    for (int64_t at = 0; at < count; at++) {
        int64_t row = first + at * stay;
        while (row >= w->starts[party + 1]) party++;
        const governments_row *home = &w->governments[party];
        double need = 1.0 + p->track_three_targeting * (1.0 - 2.0 * w->attitude[row]), kind = 0.0;
        double joins = clip(home->programme_reach * (1.0 - p->track_three_fear_closes * w->fear[row]) * need, 0.0, 1.0);
        if (w->draws[at] < joins) {
            kind = w->draws[at] < joins * home->reach_education ? 1 + EDUCATION
                   : w->draws[at] < joins * (home->reach_education + home->reach_interfaith) ? 1 + INTERFAITH : 1;
            double harm = p->track_three_backfire * w->fear[row] + p->track_three_unequal * w->process->inequality;
            if (chance(w->process->key, PROGRAMME_BACKFIRE, month, row) < clip(harm, 0.0, 1.0)) kind = -kind;
        }
        w->programme[row] = kind;
    }
}

/* A month of programmes, and what of them is forgotten; how many took part. */
static int64_t take_part(int64_t rows, const parameters_row *p, const double *restrict programme,
                         double *restrict attitude, double *restrict fear, double *restrict grievance,
                         double *restrict effect, double *restrict months) {
    double contact = p->track_three_contact_gain, online = 1.0 - p->technology_shallowness * p->track_three_digital;
    double education = p->track_three_education_depth, interfaith = p->track_three_interfaith_depth;
    double aggrieved = 1.0 - p->track_three_education_grievance, afraid = 1.0 - p->track_three_interfaith_fear;
    double lasting = p->track_three_consolidation, kept = 1.0 - p->track_three_forgetting, taking_part = 0.0;
    for (int64_t row = 0; row < rows; row++) {
        double kind = programme[row], size = fabs(kind), gain = contact * (1.0 - fear[row]) * online;
        gain *= size == 1 + EDUCATION ? education : size == 1 + INTERFAITH ? interfaith : 1.0;
        grievance[row] *= kind == 1 + EDUCATION ? aggrieved : 1.0;
        fear[row] *= kind == 1 + INTERFAITH ? afraid : 1.0;
        double moved = clip(effect[row] + copysign(gain, kind), -1.0, 1.0), now = kind != 0.0 ? moved : effect[row];
        months[row] += kind != 0.0 ? 1.0 : 0.0;
        attitude[row] = clip(attitude[row] + lasting * now, 0.0, 1.0);
        effect[row] = now * kept;
    }
    for (int64_t row = 0; row < rows; row++) taking_part += programme[row] != 0.0 ? 1.0 : 0.0;
    return (int64_t)taking_part;
}

static void grassroots(columns *w, int64_t month) {
    int funded = fund(w);
    choose(w, month);
    if (!funded) memset(w->programme, 0, w->rows * sizeof(double));
    int64_t taking_part =
        take_part(w->rows, w->p, w->programme, w->attitude, w->fear, w->grievance, w->effect, w->programme_months);
    w->process->momentum +=
        w->p->track_three_momentum * taking_part / (w->rows + 1) * (1.0 - w->process->momentum);
}

/* ------------------------------------------------------------------------------------------------ publics */

static void strike_fear(columns *w) {
    for (int64_t i = 0; i < w->parties; i++) w->governments[i].strike = 0.0;
    for (int64_t row = 0; row < w->attackers; row++)
        if (w->spoilers[row].struck)
            for (int64_t i = 0; i < w->parties; i++)
                if (i != w->spoilers[row].party) w->governments[i].strike += w->p->publics_fear_attack / (w->parties - 1);
}

static void give_cue(governments_row *me, const process_row *process, const parameters_row *p) {
    me->cue = clip(p->publics_cue_optimism * me->optimism - p->publics_cue_doubt - me->hawkishness, -1.0, 1.0);
    int at_table = process->phase == TALKS || process->talks_go_on;
    double concessions = at_table && !process->channel ? me->concession : 0.0;
    me->reasons = p->publics_burden * clip(me->burden, 0.0, p->publics_burden_felt) + p->publics_momentum * process->momentum;
    me->reasons += p->publics_cue * me->cue - p->publics_audience_cost * clip(concessions / p->publics_audience_step, 0.0, 1.0);
    me->reasons -= p->publics_backlash * process->backlash;
    double known = p->track_two_publicity * (1.0 - p->track_two_confidentiality);
    me->reasons -= p->track_two_captured_support * known * me->suspected;
}

static void listen(int64_t rows, double influence, double bound, const int32_t *restrict heard,
                   const double *restrict weight, const double *restrict before, double *restrict attitude) {
    for (int64_t row = 0; row < rows; row++) {
        double gap = before[heard[row]] - before[row], step = influence * weight[row] * gap;
        attitude[row] += fabs(gap) < bound ? step : 0.0;
    }
}

static void spread(double *restrict over, int64_t first, int64_t last, double value) {
    for (int64_t row = first; row < last; row++) over[row] = value;
}

/* Communities feel, enjoy peace as far as it goes, and judge. */
static void feel_and_judge(int64_t rows, const parameters_row *p, double carried_out, const double *restrict fright,
                           const double *restrict hurt, const double *restrict reasons, const double *restrict home,
                           const double *restrict effect, double *restrict attitude, double *restrict fear,
                           double *restrict grievance, double *restrict dividend, double *restrict support) {
    double afraid = 1.0 - p->publics_fear_fading, aggrieved = 1.0 - p->publics_grievance_fading;
    double souring = p->publics_attitude_fear, returning = p->publics_attitude_return, enjoying = p->accord_dividend;
    double by_attitude = p->publics_attitude, by_fear = p->publics_fear, by_dividend = p->publics_dividend;
    double inertia = p->publics_inertia;
    for (int64_t row = 0; row < rows; row++) {
        double kept = fear[row] * afraid, now = kept + (1.0 - kept) * fright[row];
        fear[row] = now;
        kept = grievance[row] * aggrieved;
        grievance[row] = kept + (1.0 - kept) * hurt[row];
        double view = clip(attitude[row] - souring * now + returning * (home[row] - attitude[row]), 0.0, 1.0);
        attitude[row] = view;
        dividend[row] += enjoying * (carried_out - dividend[row]);
        double reason = reasons[row] + by_attitude * (view + effect[row] - 0.5) - by_fear * now + by_dividend * dividend[row];
        support[row] += inertia * (sigma(reason) - support[row]);
    }
}

static void hear_publics(columns *w, int64_t month) {
    const parameters_row *p = w->p;
    double support = 0.0, grievance = 0.0;
    for (int64_t i = 0; i < w->parties; i++) {
        governments_row *me = &w->governments[i];
        me->support = me->grievance = 0.0;
        for (int64_t row = w->starts[i]; row < w->starts[i + 1]; row++)
            me->support += w->support[row], me->grievance += w->grievance[row];
        me->count = w->starts[i + 1] - w->starts[i];
        support += me->support, grievance += me->grievance;
    }
    for (int64_t i = 0; i < w->parties; i++) {
        governments_row *me = &w->governments[i];
        if (me->count > 0) me->support /= me->count, me->grievance /= me->count;
        else if (w->rows > 0) me->support = support / w->rows, me->grievance = grievance / w->rows;
        me->mobilisation = sigma(p->publics_mobilisation_steepness * (me->support - p->publics_mobilisation));
        double noise = standard_normal(chance(w->process->key, MISREADING, month, me->id));
        double untold = exp(-p->track_three_reports * me->programme_reach);
        double error = untold * (p->publics_misreading_noise * noise - p->publics_misreading);
        me->perceived_support = clip(me->support + error, 0.0, 1.0);
    }
}

static void publics(columns *w, int64_t month) {
    const parameters_row *p = w->p;
    process_row *process = w->process;
    strike_fear(w);
    for (int64_t i = 0; i < w->parties; i++) {
        governments_row *me = &w->governments[i];
        int64_t first = w->starts[i], last = w->starts[i + 1];
        give_cue(me, process, p);
        if (process->in_force) me->resentment = clip(me->resentment + p->accord_untabled_grievance * process->ownerless, 0.0, 1.0);
        spread(w->fright, first, last, clip(p->publics_fear_violence * process->violence + me->strike, 0.0, 1.0));
        spread(w->hurt, first, last, clip(p->publics_grievance_violence * process->violence + me->resentment, 0.0, 1.0));
        spread(w->reasons, first, last, me->reasons);
    }
    memcpy(w->before, w->attitude, w->rows * sizeof(double));
    for (int64_t tie = 0; tie < w->most_ties; tie++)
        listen(w->rows, p->publics_influence, p->publics_bound, w->heard + tie * w->rows, w->weight + tie * w->rows,
               w->before, w->attitude);
    feel_and_judge(w->rows, p, process->in_force ? process->carried_out : 0.0, w->fright, w->hurt, w->reasons, w->home, w->effect,
                   w->attitude, w->fear, w->grievance, w->dividend, w->support);
    hear_publics(w, month);
    process->momentum *= 1.0 - p->publics_momentum_fading;
    process->backlash *= 1.0 - p->publics_momentum_fading;
}

void growing_phases(columns *w, int64_t months) {
    for (int64_t month = 0; month < months; month++) {
        grassroots(w, month);
        publics(w, month);
    }
}
