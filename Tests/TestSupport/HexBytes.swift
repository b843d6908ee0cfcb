import PresentationLanguage

/// Bytes that a JSON file holds as hexadecimal digits.
package struct HexBytes: Decodable, Hashable, Sendable {
    package let bytes: [UInt8]

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let bytes = PresentationLanguage.bytes(hex: text) else {
            throw Swift.DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not hex: \(text)"))
        }
        self.bytes = bytes
    }
}
