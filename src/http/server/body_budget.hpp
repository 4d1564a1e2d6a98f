// How many bytes of request bodies a server holds at once: a bound on what many large requests take together, which no
// limit of a single one gives.
//
// Bodies of up to kUncounted bytes take nothing: the number of connections bounds them, and large bodies, however many,
// must not keep out the small ones that nearly every message is. Belongs to one loop.
#pragma once

#include <cstddef>

namespace prometheus
{
class Counter;
class Gauge;
}  // namespace prometheus

namespace herald::http
{

class BodyBudget
{
public:
    static constexpr std::size_t kUncounted = 16 * 1024;

    explicit BodyBudget(std::size_t max_bytes);
    BodyBudget(const BodyBudget&) = delete;
    BodyBudget& operator=(const BodyBudget&) = delete;

    [[nodiscard]] std::size_t held() const { return held_; }

    // What one request holds, from its first byte to the end of its answer. The budget outlives it.
    class Share
    {
    public:
        explicit Share(BodyBudget& budget) : budget_(budget) {}
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        ~Share() { release(); }

        // False, and counted as a refusal, when there is no room: the share is then what it was.
        [[nodiscard]] bool grow_to(std::size_t body_bytes);
        void release();

    private:
        BodyBudget& budget_;
        std::size_t bytes_ = 0;
    };

private:
    void set_held(std::size_t bytes);

    const std::size_t max_bytes_;
    std::size_t held_ = 0;
    prometheus::Gauge& held_metric_;
    prometheus::Counter& refused_metric_;
};

}  // namespace herald::http
