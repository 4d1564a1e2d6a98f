#include "providers/capture/capture_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald
{
namespace
{

using ::testing::HasSubstr;

std::string refusal(std::string_view text)
{
    const auto script = parse_capture_script(text);
    return script ? "fine" : script.error().message;
}

TEST(CaptureScript, IsReadAsItIsWritten)
{
    const auto script =
        parse_capture_script(
            "*@slow.example answer_after_ms=2000 receipt=twice receipt_after_ms=50;\n"
            "+12025550123 answer=reject ; * fail_first=2 status=permanent-failure\n max_sends_per_second=5;")
            .value();
    ASSERT_EQ(script.rules.size(), 3U);
    EXPECT_EQ(script.max_sends_per_second, 5);
    const auto& slow = script.rule_for("ada@slow.example");
    EXPECT_EQ(slow.answer_after.count(), 2000);
    EXPECT_EQ(slow.receipt, CaptureReceipt::twice);
    EXPECT_EQ(slow.receipt_after.count(), 50);
    EXPECT_EQ(script.rule_for("+12025550123").answer, CaptureAnswer::reject);
    EXPECT_EQ(script.rule_for("bob@town.example").fail_first, 2);
    EXPECT_EQ(script.rule_for("bob@town.example").status, NotificationStatus::permanent_failure);
}

TEST(CaptureScript, KnowsEveryNameOfAnswerAndReceipt)
{
    for (const std::string word :
         {"answer=accept", "answer=reject", "answer=retry", "answer=throttle", "answer=uncertain",
          "receipt=after_answer", "receipt=before_answer", "receipt=twice", "receipt=lost", "receipt=never"})
        EXPECT_EQ(refusal("* " + word), "fine") << word;
    EXPECT_TRUE(parse_capture_script(" ; \n").value().rules.empty());
}

TEST(CaptureScript, NamesTheWordThatIsWrong)
{
    EXPECT_THAT(refusal("* anwser=reject"), HasSubstr("'anwser=reject'"));
    EXPECT_THAT(refusal("* answer=no"), HasSubstr("'answer=no'"));
    EXPECT_THAT(refusal("* answer_after_ms=-1"), HasSubstr("'answer_after_ms=-1'"));
    EXPECT_THAT(refusal("* answer_after_ms=1s"), HasSubstr("'answer_after_ms=1s'"));
    EXPECT_THAT(refusal("* status=fine"), HasSubstr("'status=fine'"));
    EXPECT_THAT(refusal("* reject"), HasSubstr("'reject'"));
    EXPECT_THAT(refusal("answer=reject"), HasSubstr("a recipient first"));
    EXPECT_THAT(refusal("max_sends_per_second=x"), HasSubstr("max_sends_per_second=N"));
}

}  // namespace
}  // namespace herald
