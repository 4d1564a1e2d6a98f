#include "domain/recipients/opt_out.hpp"

#include <gtest/gtest.h>

#include <string>

namespace herald
{
namespace
{

TEST(OptOut, KnowsTheWordsOfTheCarriersHoweverTheyAreWritten)
{
    for (const auto* text : {"STOP",        "stop",   "Stop.", " stop\r\n", "\"STOP\"", "stop!!", "StopAll", "stop all",
                             "Unsubscribe", "cancel", "END",   "quit",      "revoke",   "optout", "opt out", "Opt-Out",
                             "remove",      "arret",  "arrêt", "ARRÊT",     "Arrêt",    "TD"})
        EXPECT_EQ(read_opt_out(text), OptOutWish::stop) << text;
    for (const auto* text : {"START", "start", " Start. ", "unstop", "UNSTOP"})
        EXPECT_EQ(read_opt_out(text), OptOutWish::start) << text;
}

TEST(OptOut, IsTheWholeMessageOrNone)
{
    for (const auto* text : {"", " ", "...", "Don't stop", "stop it", "the end", "I will cancel tomorrow", "stopp",
                             "YES", "yes", "ok", "st op", "starter", "restart", "STOP START", "s", "\xff\xfe", "help"})
        EXPECT_EQ(read_opt_out(text), OptOutWish::none) << text;
    EXPECT_EQ(read_opt_out(std::string(100'000, ' ') + "stop"), OptOutWish::stop);
    EXPECT_EQ(read_opt_out("stop" + std::string(100'000, 'p')), OptOutWish::none);
    EXPECT_EQ(read_opt_out(std::string("stop\0", 5)), OptOutWish::none);
}

}  // namespace
}  // namespace herald
