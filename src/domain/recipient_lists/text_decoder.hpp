// Bytes in an unknown encoding, as UTF-8, while they come in.
//
// A byte order mark decides (UTF-8, UTF-16). Without one, UTF-16 is known by the zero bytes of its ASCII within the
// first kilobyte. Everything else is read as ASCII until the first byte that is not: if it begins a UTF-8 character the
// text is UTF-8, otherwise it is Windows-1252, which is what spreadsheets save where they do not save UTF-8.
//
// What cannot be read later on (a byte that is no UTF-8, half a surrogate pair, a code that Windows-1252 leaves free)
// and NUL become U+FFFD: the output is always valid UTF-8 without NUL. It depends on the bytes, not on how they are
// cut.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace herald
{

class TextDecoder
{
public:
    // Append to `out`. False: this is not text (a spreadsheet's own format, an archive, an image), and never will be.
    bool feed(std::string_view bytes, std::string& out);
    bool finish(std::string& out);

    std::size_t buffered_bytes() const { return held_.size(); }

private:
    enum class Encoding
    {
        undecided,  // the first kilobyte is not there yet
        ascii,      // so far
        utf8,
        windows_1252,
        utf16_le,
        utf16_be,
        not_text,
    };

    bool decode(std::string& out, bool last);
    void begin();
    std::size_t decode_bytes(std::string& out, bool last);
    std::size_t decode_utf16(std::string& out, bool last) const;
    std::size_t decode_character(std::string_view text, std::string& out, bool last);

    Encoding encoding_ = Encoding::undecided;
    std::string held_;  // the first kilobyte, then what began and did not end: 3 bytes at the most
};

}  // namespace herald
