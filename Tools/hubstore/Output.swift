import FoundationEssentials
import Glibc
import PresentationLanguage
import SnapshotExport

/// Writes a line to the standard output; what can't be written is not lost silently.
func emit(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    var done = 0
    while done < bytes.count {
        let result = bytes[done...].withUnsafeBytes {
            write(STDOUT_FILENO, $0.baseAddress, $0.count)
        }
        if result < 0, errno == EINTR { continue }
        guard result > 0 else {
            throw Failure("the output can't be written: \(String(cString: strerror(errno)))")
        }
        done += result
    }
}

/// Prints a value as one line of JSON.
func emitJSON(_ value: some Encodable) throws {
    try emit(json(String(decoding: try HubSnapshot.encoder().encode(value), as: UTF8.self)))
}

/// JSON text in which what could act on a terminal is escaped; it stands inside strings only.
func json(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 > 0x7f }) else { return text }
    var output = ""
    for scalar in text.unicodeScalars {
        if scalar.value > 0x7f, scalar.actsOnTerminals {
            for unit in String(scalar).utf16 { output += "\\u" + hex(unit.encoded) }
        } else {
            output.unicodeScalars.append(scalar)
        }
    }
    return output
}

func printError(_ line: String) {
    var line = line + "\n"
    _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Text from outside as it may go to a terminal: control characters are shown, not sent.
func printable(_ text: String) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
        if scalar.actsOnTerminals {
            output += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
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

extension Unicode.Scalar {
    /// Whether a terminal may do something else than show it.
    fileprivate var actsOnTerminals: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
        default: false
        }
    }
}
