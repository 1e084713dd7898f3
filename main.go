// Linefeed's window.
//
// The program itself is in backend (see its doc.go); backend/cmd/linefeed runs the same
// imports without a window.
package main

import (
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/options/windows"
)

//go:embed build/appicon.png
var icon []byte

// contentPolicy lets the page load only what the program ships, and connect only to the
// program's own listener on loopback. Angular writes component styles into style
// elements.
const contentPolicy = "default-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; " +
	"font-src 'self' data:; " +
	"connect-src 'self' http://127.0.0.1:*; " +
	"object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"

func main() {
	if err := run(); err != nil {
		tell(err)
		os.Exit(1)
	}
}

// run opens the window and returns when it has been closed.
func run() (err error) {
	defer func() {
		switch cause := recover(); {
		case cause == nil:
		case fmt.Sprint(cause) != "failed to init GTK":
			panic(cause)
		default: // Wails panics if GTK finds no display.
			err = errors.New("no display to open the window on: " +
				"start it in a desktop session (DISPLAY or WAYLAND_DISPLAY must name one), " +
				"or import without a window: linefeed import FILE --to TARGET --table NAME")
		}
	}()

	folder, _ := os.Getwd() // without one, a relative path is told as not found
	app := NewApp(filesOf(arguments(), folder))
	return wails.Run(&options.App{
		Title:            "Linefeed",
		Width:            1280,
		Height:           800,
		MinWidth:         960,
		MinHeight:        600,
		BackgroundColour: options.NewRGB(0x16, 0x18, 0x1b),
		AssetServer: &assetserver.Options{
			Assets: built("linefeed/browser"),
			Middleware: func(next http.Handler) http.Handler {
				return withContentPolicy(withHelp(built("help"), next))
			},
		},
		DragAndDrop: &options.DragAndDrop{
			EnableFileDrop:     true,
			DisableWebViewDrop: true,
		},
		SingleInstanceLock: &options.SingleInstanceLock{
			UniqueId:               "io.github.linefeed.desktop",
			OnSecondInstanceLaunch: app.secondInstance,
		},
		OnStartup:     app.startup,
		OnBeforeClose: app.beforeClose,
		OnShutdown:    app.shutdown,
		Bind:          []any{app},
		Linux: &linux.Options{
			ProgramName: "linefeed-desktop",
			Icon:        icon,
			// Text and tables gain nothing from it, and broken drivers leave the window blank.
			WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
		},
		Mac: &mac.Options{
			About:      &mac.AboutInfo{Title: "Linefeed"},
			OnFileOpen: app.openFile,
		},
		Windows: &windows.Options{
			Theme:               windows.SystemDefault,
			WebviewUserDataPath: webviewFolder(),
			Messages:            webviewMessages(),
		},
	})
}

// webviewFolder returns where WebView2 keeps its files on Windows; the installer's
// uninstaller removes it. "" is for Wails' own choice.
func webviewFolder() string {
	dir := os.Getenv("LocalAppData")
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "linefeed-desktop.exe")
}

// webviewMessages says what Wails tells on Windows where WebView2 is missing. The packages
// are built with the tag wv2runtime.browser: Microsoft's download page is opened, nothing is
// installed from within the program, and its end comes with an error.
func webviewMessages() *windows.Messages {
	m := windows.DefaultMessages()
	m.MissingRequirements = "Linefeed"
	m.DownloadPage = "Linefeed's window needs Microsoft Edge WebView2, which is missing on this computer or too old. " +
		"Press OK to open Microsoft's download page, install the Evergreen Bootstrapper from there, and start Linefeed again.\n\n" +
		"Needed is at least version "
	m.FailedToInstall = "Linefeed's window can't be opened without Microsoft Edge WebView2: install it from " +
		"https://developer.microsoft.com/microsoft-edge/webview2/ and start Linefeed again, " +
		"or import without a window: linefeed import FILE --to TARGET --table NAME"
	m.WebView2ProcessCrash = "Microsoft Edge WebView2, which shows Linefeed's window, has stopped. Start Linefeed again: " +
		"an import that was running can be resumed."
	return m
}

func withContentPolicy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", contentPolicy)
		next.ServeHTTP(w, r)
	})
}
