#include "base/trace_context.hpp"

#include <map>

#include <gtest/gtest.h>

namespace herald
{

TEST(TraceContext, reads_traceparent)
{
    // The example of the specification.
    EXPECT_EQ(read_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
              "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(read_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later"),
              "4bf92f3577b34da6a3ce929d0e0e4736");
    for (const char* wrong : {"", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                              "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                              "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                              "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                              "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                              "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
                              "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01"})
        EXPECT_EQ(read_traceparent(wrong), "") << wrong;
}

TEST(TraceContext, reads_b3)
{
    EXPECT_EQ(read_b3("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90"),
              "80f198ee56343ba864fe8b2a57d3eff7");
    EXPECT_EQ(read_b3("A3CE929D0E0E4736-e457b5a2e4d86bd1"), "a3ce929d0e0e4736");
    for (const char* wrong : {"", "0", "-", "80f198ee56343ba864fe8b2a57d3eff7", "80f198ee-e457b5a2e4d86bd1-1"})
        EXPECT_EQ(read_b3(wrong), "") << wrong;
}

TEST(TraceContext, each_call_has_a_span_of_its_own)
{
    const auto trace = make_trace_id();
    ASSERT_TRUE(is_trace_id(trace));
    EXPECT_EQ(trace.size(), 32U);
    EXPECT_NE(make_trace_id(), trace);
    auto headers_of = [](std::string_view id)
    {
        const auto headers = trace_headers(id);
        return std::map<std::string, std::string>(headers.begin(), headers.end());
    };
    auto first = headers_of(trace);
    auto second = headers_of(trace);
    EXPECT_EQ(first["X-B3-TraceId"], trace);
    EXPECT_EQ(read_traceparent(first["traceparent"]), trace);
    EXPECT_NE(first["X-B3-SpanId"], second["X-B3-SpanId"]);
    EXPECT_NE(first["traceparent"].find(first["X-B3-SpanId"]), std::string::npos);
    EXPECT_EQ(read_traceparent(headers_of("A3CE929D0E0E4736")["traceparent"]), "0000000000000000a3ce929d0e0e4736");
    EXPECT_TRUE(headers_of("no trace").empty());
}

}  // namespace herald
