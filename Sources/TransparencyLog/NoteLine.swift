/// A line of a signed note that names something: a key, or a log. Compared byte by byte, while two
/// strings are already equal when Unicode calls them equivalent.
package struct NoteLine: Hashable, Sendable, CustomStringConvertible {
    /// UTF-8, without the newline.
    package let bytes: [UInt8]

    /// Nil if the line is empty, is not UTF-8 or has a control character.
    package init?(_ bytes: some Collection<UInt8>) {
        guard !bytes.isEmpty, bytes.allSatisfy({ $0 >= 0x20 }),
            String(validating: bytes, as: UTF8.self) != nil
        else { return nil }
        self.bytes = Array(bytes)
    }

    package init?(_ text: String) {
        self.init(text.utf8)
    }

    package var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether a key can have this name (C2SP signed-note, "Format"): no space of Unicode, no plus.
    package var isKeyName: Bool {
        !description.unicodeScalars.contains { $0.properties.isWhitespace || $0 == "+" }
    }
}
