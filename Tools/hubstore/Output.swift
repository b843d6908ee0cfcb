import FoundationEssentials
import Glibc
import PresentationLanguage
import SnapshotExport

/// Prints a value as one line of JSON.
func printJSON(_ value: some Encodable) throws {
    print(String(decoding: try HubSnapshot.encoder().encode(value), as: UTF8.self))
}

func printError(_ line: String) {
    var line = line + "\n"
    _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Text from outside as it may go to a terminal: control characters are shown, not sent.
func printable(_ text: String) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
            output += "\\u{\(String(scalar.value, radix: 16))}"
        default:
            output.unicodeScalars.append(scalar)
        }
    }
    return output
}

/// A time in milliseconds since the Unix epoch, in UTC.
func timestamp(_ milliseconds: UInt64) -> String {
    let seconds = Double(milliseconds) / 1000
    guard seconds < 253_402_300_800 else { return "\(milliseconds) ms" }
    return Date(timeIntervalSince1970: seconds).formatted(
        .iso8601.year().month().day().time(includingFractionalSeconds: true))
}
