// What `herald dev` tells people and scripts once it answers. Pure.
//
// Security: both texts hold API keys of the demo services; they are shown on the terminal and written to files of mode
// 0600 only.
#pragma once

#include <string>

#include "operations/seed_demo.hpp"

namespace herald
{

struct DevFacts
{
    std::string base_url;  // without a slash at the end
    std::string database_url;
    std::string admin_client_id;
    std::string admin_secret;
    std::string program;  // how to call this binary again
    int pid = 0;
    Demo demo;
};

// The ready file: one JSON object (docs/operating.md, "The ready file").
std::string ready_json(const DevFacts& facts);

// Where it is, which keys there are, and two ways to send a first message.
std::string welcome_text(const DevFacts& facts);

}  // namespace herald
