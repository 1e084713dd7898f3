// A window with WebKit in it and a line of text on its page: what a window costs before
// there is a program in it. It has the settings that Linefeed's has.
#include <gtk/gtk.h>
#include <webkit2/webkit2.h>

int main(int argc, char **argv) {
	gtk_init(&argc, &argv);
	GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
	gtk_window_set_default_size(GTK_WINDOW(window), 1280, 800);
	WebKitWebView *view = WEBKIT_WEB_VIEW(webkit_web_view_new());
	webkit_settings_set_hardware_acceleration_policy(webkit_web_view_get_settings(view),
		WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER);
	gtk_container_add(GTK_CONTAINER(window), GTK_WIDGET(view));
	webkit_web_view_load_html(view, "<h1>A line of text</h1>", NULL);
	gtk_widget_show_all(window);
	gtk_main();
	return 0;
}
