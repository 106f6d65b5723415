import DSP
import Quantities

// Rulers: bars and markers above the graphs over time, the clock below.

extension Page {
  /// Markers and bar numbers over so many seconds.
  func ruler(_ seconds: Double) -> String {
    let length = max(seconds, 0.001)
    let lines = model.time.bars.filter { $0.seconds < seconds }
    let named = model.time.markers.filter { $0.seconds < seconds }
    guard !lines.isEmpty || !named.isEmpty else { return "" }
    /// Where names begin; near the end one stands before its place.
    let places = named.map { $0.seconds / length }
    let turned = places.last.map { $0 > 0.9 } == true ? places.count - 1 : nil
    let markers = named.enumerated().map { index, marker in
      let place = places[index]
      var room = (index + 1 < places.count ? places[index + 1] : 1) - place
      if index == turned {
        // The name before it has the other half.
        let before = index > 0 ? (place - places[index - 1]) / 2 : place
        return
          "<b class=\"end\" style=\"right:\(percent(1 - place));max-width:\(percent(before))\">\(escaped(words(marker.name)))</b>"
      }
      if index + 1 == turned { room /= 2 }
      return "<b style=\"left:\(percent(place));max-width:\(percent(room))\">\(escaped(words(marker.name)))</b>"
    }
    let every = max(1, (lines.count + 11) / 12)
    // Round numbers of bars: 1, 2, 4, 8 …
    var step = 1
    while step < every { step *= 2 }
    let bars = lines.enumerated().filter { $0.offset % step == 0 }.map {
      "<span style=\"left:\(percent($0.element.seconds / length))\">\($0.element.bar)</span>"
    }
    let names = markers.isEmpty ? "" : "<div class=\"markers\">\(markers.joined())</div>"
    let numbers = bars.isEmpty ? "" : "<div class=\"bars\"><em>bar</em>\(bars.joined())</div>"
    return "<div class=\"ruler\" aria-hidden=\"true\">\(names)\(numbers)</div>"
  }

  /// Steps of the clock, in seconds.
  private static let clockSteps: [Double] = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600]

  func clock(_ seconds: Double) -> String {
    let step = Self.clockSteps.first { seconds / $0 <= 9 } ?? 7200
    let marks = (0...Int(seconds / step)).map { index -> String in
      let place = Double(index) * step
      let text = step < 1 ? decimals(place, 1, "s") : clockTime(place)
      let side = place > 0.97 * seconds && index > 0 ? " class=\"end\"" : ""
      return "<span\(side) style=\"left:\(percent(place / max(seconds, 0.001)))\">\(text)</span>"
    }
    return "<div class=\"clockface\" aria-hidden=\"true\">\(marks.joined())</div>"
  }
}
