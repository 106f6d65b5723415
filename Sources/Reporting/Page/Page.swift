import DSP
import Delivery
import Diagnostics
import Quantities

/// The report as one HTML page: no network, no library, readable without a script, in light and dark, on a phone, and
/// printed.
struct Page {
  let model: ReportModel

  func html() -> String {
    """
    <!DOCTYPE html>
    <html lang="en"\(model.hasFiles ? "" : " class=\"alone\"")>
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="generator" content="mixdown \(escaped(model.program))">
    <link rel="icon" href="data:,">
    <title>\(escaped(model.title)) · mix report</title>
    <style>
    \(Self.style)
    \(flowStyle)
    </style>
    </head>
    <body>
    \(header)
    \(transport)
    <main>
    \(model.files.map(fileSection).joined(separator: "\n"))
    \(mixSections)
    </main>
    \(footer)
    <script type="application/json" id="data">\(readings)</script>
    <script>
    \(Self.script)
    </script>
    </body>
    </html>

    """
  }

  // MARK: The head of the page

  private var header: String {
    let artist = model.tags.first { $0.name == "artist" }?.value
    var facts = [clockTime(model.time.seconds), "\(typographic(kilohertz(model.sampleRate))) session"]
    if let tempo = model.time.tempos.first {
      let more = model.time.tempos.count - 1
      facts.append(
        "\(decimals(tempo.bpm, tempo.bpm.rounded() == tempo.bpm ? 0 : 2, "bpm"))\(more > 0 ? " and \(counted(more, "change"))" : "")"
      )
      facts.append(escaped(model.time.meter))
    }
    facts.append(counted(model.trackCount, "track"))
    if model.busCount > 0 { facts.append(counted(model.busCount, "bus", "buses")) }
    facts.append(counted(model.files.count, "file"))
    return """
      <header>
      <p class="eyebrow">Mix report<span>\(escaped(model.session))</span></p>
      <h1>\(escaped(model.title))</h1>
      \(artist.map { "<p class=\"artist\">\(escaped($0))</p>" } ?? "")
      <p class="facts">\(facts.joined(separator: "<i>·</i>"))</p>
      \(auditionLine)
      \(verdict)
      </header>
      """
  }

  /// That this is no finished mix.
  private var auditionLine: String {
    guard !model.audition.isEmpty else { return "" }
    let overlay = model.audition.map { "<code>\(escaped($0))</code>" }.joined(separator: ", ")
    return """
      <p class="missed"><b>Audition.</b> Laid over the session for this render alone: \(overlay).</p>
      """
  }

  /// What one must know before all else: what missed, what was warned of.
  private var verdict: String {
    var lines: [String] = []
    let missed = model.checks.filter { !$0.passed }
    if !missed.isEmpty {
      lines.append(
        "<p class=\"missed\"><b>\(counted(missed.count, "check")) missed.</b> "
          + missed.map {
            "\(escaped($0.deliverable)): \(escaped(title(of: $0)))\($0.source == .master ? " (not written)" : "")"
          }.joined(separator: "; ") + "</p>")
    } else if !model.checks.isEmpty {
      lines.append("<p class=\"passed\">\(tick) All \(counted(model.checks.count, "check")) passed.</p>")
    }
    // Checks that are missed have been told, those of masters too.
    let failures = model.notes.filter { $0.severity == "error" && !["D0823", "D0831"].contains($0.code) }
    for failure in failures {
      lines.append("<p class=\"missed\"><b>\(escaped(failure.code))</b> \(escaped(failure.message))</p>")
    }
    return lines.joined(separator: "\n")
  }

  private var footer: String {
    """
    <footer><p>Written by mixdown \(escaped(model.program)) with the files it is about, which were read back and \
    measured: loudness by ITU-R BS.1770-5 and EBU Tech 3341/3342, true peak at 16-fold oversampling. The same \
    session and stems give this page again, byte for byte.</p></footer>
    """
  }

  /// `true peak`, or `true peak, chorus` for a section.
  func title(of check: CheckResult) -> String {
    words(check.name) + (check.section.map { ", " + words($0) } ?? "")
  }

  var tick: String { "<span class=\"tick\" aria-hidden=\"true\">✓</span>" }

  // MARK: The files, to choose and to hear

  private var transport: String {
    let quietest = model.files.compactMap(\.measurement.integrated).min()
    let tabs = model.files.enumerated().map { index, file in
      let trim = quietest.flatMap { quietest in file.measurement.integrated.map { quietest - $0 } }
      return """
        <a href="#file-\(file.id)" class="tab" data-file="\(index)" data-trim="\(decimals(trim ?? 0, 2, ""))">\
        <b>\(escaped(words(file.id)))</b><span>\(figure(file.measurement.integrated, 1)) LUFS</span></a>
        """
    }
    return """
      <nav class="transport" aria-label="Files">
      <button type="button" class="play" hidden aria-label="Play"><svg viewBox="0 0 24 24" aria-hidden="true">\
      <path class="go" d="M7 4l13 8-13 8z"/><path class="halt" d="M6 4h4v16H6zM14 4h4v16h-4z"/></svg></button>
      <output class="clock" hidden>0:00.0</output>
      <div class="tabs">\(tabs.joined())</div>
      <label class="match" hidden><input type="checkbox" checked> matched loudness<span></span></label>
      </nav>
      """
  }

  func kilohertz(_ rate: Int) -> String { plainDecimal(Double(rate) / 1000) + " kHz" }

  func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? one + "s")"
  }

  // MARK: What the script reads

  /// The series that are read out under the pointer: tenths of dB and LU, hundredths of correlation.
  private var readings: String {
    func numbers(_ values: [Double?], _ scale: Double) -> JSONValue {
      .array(values.map { value in value.flatMap { $0.isFinite ? .integer(coordinate($0 * scale)) : nil } ?? .null })
    }
    let files = model.files.map { file -> JSONValue in
      let analysis = file.analysis
      let peaks = zip(analysis.minima, analysis.maxima).map { low, high -> Double? in
        let most = max(-low.x, -low.y, high.x, high.y)
        return most > 1e-5 ? Maths.decibels(amplitude: most) : nil
      }
      let limiting = greatest(file.limitingCourse, limit: 1500)
      return [
        "seconds": .number(Double(file.measurement.frames) / Double(file.measurement.sampleRate)),
        "step": .number(analysis.step), "peak": numbers(peaks, 10), "hop": .number(analysis.loudnessHop),
        "m": numbers(analysis.momentary, 10), "s": numbers(analysis.shortTerm, 10),
        "c": numbers(analysis.correlation, 100), "takeStep": .number(0.05 * Double(limiting.part)),
        "take": numbers(limiting.values, 10),
      ]
    }
    let bars = model.time.bars.map { line -> JSONValue in
      [.integer(line.bar), .number(Maths.roundedHalfUp(line.seconds * 1000) / 1000)]
    }
    let object: JSONValue = [
      "files": .array(files), "bars": .array(bars), "seconds": .number(model.time.seconds),
    ]
    // Nothing in it may end the element that it stands in.
    return object.text().replacing("<", with: "\\u003c")
  }
}
