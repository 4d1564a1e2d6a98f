// The words by which people stop text messages, and ask for them again. Pure; thread-safe.
//
// To stop: what AWS takes as an opt-out by itself (docs.aws.amazon.com/sms-voice, "Required opt-out keywords"), so that
// Herald never believes it may write to somebody whom the carrier refuses; STOPALL, which American carriers' lists have
// besides; REVOKE and "opt out" of the FCC's rule (47 CFR 64.1200(a)(10)). To start again: START and UNSTOP, as for
// toll-free numbers. YES is on some lists and not on ours: it is the answer to many questions, and consent is not to be
// guessed.
#pragma once

#include <string_view>

namespace herald
{

enum class OptOutWish
{
    none,
    stop,
    start,
};

// The word has to be the whole message: "Don't stop" is none. Upper and lower case are the same, and so are the spaces,
// quotes and full stops around it.
OptOutWish read_opt_out(std::string_view text);

}  // namespace herald
